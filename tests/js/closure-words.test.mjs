// How closures are said in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GROUPS,
  lengthText,
  lostText,
  markOf,
  markText,
  nextText,
  periodText,
} from "../../app/web/static/js/rooms/roads/closure-words.js";

const period = { is_yearly: false, valid_from: "2024-12-09T09:00:00+09:00", valid_to: "2025-03-31T17:00:00+09:00" };
const winter = { is_yearly: true, valid_from: null, valid_to: null, yearly_from: "12-01", yearly_to: "02-end" };

test("a period has its minutes, whole days have none", () => {
  assert.equal(periodText(period), "令和6年12月9日(月) 09:00〜令和7年3月31日(月) 17:00");
  const days = { ...period, valid_from: "2024-12-09T00:00:00+09:00", valid_to: "2025-03-31T23:59:59.999999+09:00" };
  assert.equal(periodText(days), "令和6年12月9日(月)〜令和7年3月31日(月)");
});

test("a rule has its days, and its window where it has one", () => {
  assert.equal(periodText(winter), "毎年 12月1日〜2月末日");
  assert.equal(
    periodText({ ...winter, valid_from: "2024-12-15T00:00:00+09:00" }),
    "毎年 12月1日〜2月末日(令和6年12月15日(日)〜続く)",
  );
  assert.equal(
    periodText({ ...winter, valid_to: "2025-03-31T23:59:59.999999+09:00" }),
    "毎年 12月1日〜2月末日(以前〜令和7年3月31日(月))",
  );
});

test("hours of each day follow the days, and a restriction may have no period", () => {
  const days = { ...period, valid_from: "2024-12-09T00:00:00+09:00", valid_to: "2024-12-10T05:00:00+09:00" };
  const night = { ...winter, daily_from: "22:00", daily_to: "05:00" };
  assert.equal(periodText(night), "毎年 12月1日〜2月末日 毎日22:00〜翌05:00");
  assert.match(periodText({ ...days, daily_from: "09:00", daily_to: "17:00" }), / 毎日09:00〜17:00$/);
  assert.equal(periodText({ is_yearly: false, valid_from: null, valid_to: null }), "期間の記載なし");
  assert.equal(
    nextText({ ...winter, season: ["2025-12-01T00:00:00+09:00", "2026-02-28T00:00:00+09:00"], state: "open" }),
    "",
  );
});

test("what comes next is an end or a beginning", () => {
  const season = ["2025-12-01T00:00:00+09:00", "2026-02-28T23:59:59.999999+09:00"];
  assert.equal(nextText({ ...winter, season, state: "now" }), "令和8年2月28日(土)まで");
  assert.equal(nextText({ ...winter, season, state: "coming" }), "令和7年12月1日(月)から");
  assert.equal(nextText({ ...winter, season: null, state: "past" }), "");
});

test("every closure stands in exactly one group", () => {
  for (const state of ["now", "coming", "past", "open"]) {
    for (const isYearly of [true, false]) {
      assert.equal(GROUPS.filter((group) => group.holds({ state, is_yearly: isYearly })).length, 1);
    }
  }
});

test("days are sent as months and days, the last of February as such", () => {
  assert.deepEqual(
    [markOf("12", "1"), markOf("2", "end"), markOf("4", "end"), markOf("2", "29")],
    ["12-01", "02-end", "04-30", "02-29"],
  );
  assert.deepEqual(["12-01", "02-end", "03-31"].map(markText), ["12月1日", "2月末日", "3月31日"]);
});

test("lengths and people", () => {
  assert.deepEqual([null, 80.4, 999.4, 4500].map(lengthText), ["", "80 m", "999 m", "4.5 km"]);
  assert.deepEqual(
    [0, 1234].map((lost) => lostText({ lost })),
    ["0人(変わりません)", "1,234人"],
  );
});
