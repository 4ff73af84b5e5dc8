import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, addressWith } from "../../app/web/static/js/rooms/search/wish.js";

test("what is empty is no part of an address", () => {
  assert.equal(
    addressOf([
      ["q", ""],
      ["kind", ""],
    ]),
    "/",
  );
  assert.equal(
    addressOf([
      ["q", "お茶"],
      ["kind", "salon"],
    ]),
    `/?q=${encodeURIComponent("お茶")}&kind=salon`,
  );
});

test("one thing is open at a time, and the wish stays", () => {
  assert.equal(addressWith("?kind=salon&resource=7", { site: "39.3,141.5" }), "/?kind=salon&site=39.3%2C141.5");
  assert.equal(addressWith("?kind=salon&site=39.3,141.5", { resource: "7" }), "/?kind=salon&resource=7");
  assert.equal(addressWith("?resource=7", {}), "/");
});
