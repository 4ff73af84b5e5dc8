// How numbers, dates and minutes are written.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  accuracyText,
  basisText,
  count,
  dateText,
  KINDS,
  kindTitle,
  minutes,
  momentText,
  percent,
  rangeText,
  shortBase,
} from "../../app/web/static/js/kit/words.js";

test("dates are in Japanese years", () => {
  assert.equal(dateText("2026-11-23"), "令和8年11月23日(月)");
  assert.equal(dateText("2019-05-01"), "令和元年5月1日(水)");
  assert.equal(dateText("2019-04-30"), "平成31年4月30日(火)");
  assert.equal(dateText("1989-01-08"), "平成元年1月8日(日)");
  assert.equal(dateText("1989-01-07"), "昭和64年1月7日(土)");
  assert.equal(dateText("2014-01"), "2014-01");
  assert.equal(dateText(null), "");
  assert.equal(momentText("2026-11-22T15:05:00Z"), "令和8年11月23日(月) 00:05");
});

test("only all is 100.0 % and only none is 0.0 %", () => {
  assert.equal(percent(14210, 28062), "50.6");
  assert.equal(percent(28061, 28062), "99.9");
  assert.equal(percent(28062, 28062), "100.0");
  assert.equal(percent(1, 28062), "0.1");
  assert.equal(percent(0, 28062), "0.0");
  assert.equal(percent(0, 0), "―");
});

test("minutes are rounded up to whole ones", () => {
  assert.deepEqual([0, 1, 60, 60.1, 1200, null].map(minutes), ["0", "1", "1", "2", "20", "―"]);
});

test("counts, accuracy, names", () => {
  assert.equal(count(28062), "28,062");
  assert.equal(rangeText(17400, 19900), "17,400〜19,900");
  assert.equal(rangeText(28062, 28062), "28,062");
  assert.equal(accuracyText(500), "地図の位置は最大約500 mずれます");
  assert.equal(accuracyText(2200), "地図の位置は最大約2.2 kmずれます");
  assert.equal(accuracyText(null), "");
  assert.equal(shortBase("附馬牛地区センター"), "附馬牛");
  assert.equal(shortBase("センター"), "センター");
  assert.equal(kindTitle("watch_partner"), "見守り協定");
  assert.equal(new Set(KINDS.map((item) => item.kind)).size, 7);
});

test("the basis of a figure says what, when and how sure", () => {
  const status = {
    network: { is_schematic: false, date: "2017-10-01" },
    datasets: [{ kind: "demand", title: "", source: "2015年国勢調査", as_of: "2015-10-01" }],
  };
  assert.equal(basisText(status, "car-winter"), "2015年国勢調査の人口、2017年10月の道路、冬の速度(仮定)");
  status.network = { is_schematic: true, date: null };
  assert.equal(basisText(status, "walk"), "2015年国勢調査の人口、道路の概略図、歩く速さ");
});
