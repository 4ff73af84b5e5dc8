// The parts of the shell that need no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { queryOf } from "../../app/web/static/js/kit/shell.js";
import { nextTab } from "../../app/web/static/js/kit/tabs.js";

test("an address tells what is chosen and nothing else", () => {
  assert.equal(queryOf({}), "");
  assert.equal(queryOf({ a: "", b: "" }), "");
  assert.equal(queryOf({ a: "0", b: "", c: "北&南" }), "?a=0&c=%E5%8C%97%26%E5%8D%97");
});

test("arrow keys walk round all tabs, other keys nowhere", () => {
  const tabs = ["a", "b", "c"];
  assert.deepEqual(
    tabs.map((tab) => nextTab(tabs, tab, "ArrowRight")),
    ["b", "c", "a"],
  );
  assert.deepEqual(
    tabs.map((tab) => nextTab(tabs, tab, "ArrowLeft")),
    ["c", "a", "b"],
  );
  assert.equal(nextTab(tabs, "a", "Enter"), null);
});
