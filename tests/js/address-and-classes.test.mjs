// The address of the view, the classes of minutes and the grouping by place: pure functions, worked out by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultState, LAYERS, readState, shown, writeState } from "../../app/web/static/js/kit/address.js";
import { minutesClass, peopleByClass } from "../../app/web/static/js/kit/classes.js";
import { bySite } from "../../app/web/static/js/map/sites.js";

test("an address without anything is the default, and the default needs no address", () => {
  assert.deepEqual(readState(""), defaultState());
  assert.equal(writeState(defaultState()), "");
});

test("what is written is read back", () => {
  for (const layers of [[], ["cells"], ["consultants", "other"], LAYERS]) {
    for (const selected of [
      null,
      { type: "resource", id: "7" },
      { type: "consultant", id: "C 0&1" },
      { type: "site", id: "39.1,141.2" },
    ]) {
      for (const profile of ["car", "car-winter", "walk"]) {
        const state = {
          view: { lat: 39.32864, lon: 141.53312, zoom: 12.3 },
          layers: new Set(layers),
          profile,
          minutes: 30,
          district: "宮守町達曽部",
          tab: "resources",
          selected,
        };
        assert.deepEqual(readState(writeState(state)), state);
      }
    }
  }
});

test("a wrong address falls back part by part", () => {
  const state = readState("?at=91,141,12&layers=salon,evil&profile=rocket&minutes=25&tab=x");
  assert.equal(state.view, null);
  assert.deepEqual(state.layers, new Set(["salon"]));
  assert.equal(state.profile, "car");
  assert.equal(state.minutes, 20);
  assert.equal(state.tab, "coverage");
  for (const at of ["39", "a,b,c", "39,200,4", "39,141,99", ""]) assert.equal(readState(`?at=${at}`).view, null);
});

test("a class of minutes holds its upper edge", () => {
  const edges = [10, 20, 30];
  const seconds = [0, 600, 600.1, 1200, 1200.1, 1800, 1800.1, 99999, null];
  assert.deepEqual(
    seconds.map((value) => minutesClass(value, edges)),
    [0, 0, 1, 1, 2, 2, 3, 3, -1],
  );
});

test("the classes hold everybody exactly once", () => {
  const coverage = {
    profile: "car",
    population: 1000,
    minutes: [10, 20, 30],
    covered: { 10: 400, 20: 650, 30: 900 },
    unreachable_population: 37,
  };
  const rows = peopleByClass(coverage);
  assert.deepEqual(
    rows.map((row) => row.people),
    [400, 250, 250, 63, 37],
  );
  assert.deepEqual(
    rows.map((row) => row.upTo),
    [400, 650, 900, null, null],
  );
  assert.deepEqual(
    rows.map((row) => row.label),
    ["10分以内", "20分以内", "30分以内", "30分超", "車で行けない"],
  );
  assert.equal(
    rows.reduce((sum, row) => sum + row.people, 0),
    coverage.population,
  );
});

const point = (lon, lat, kind, district) => ({
  geometry: lon === null ? null : { coordinates: [lon, lat] },
  properties: { kind, district },
});

test("resources at one point are one place; without a point they are none", () => {
  const [a, b, c, d] = [
    point(141.5, 39.3, "salon"),
    point(141.5, 39.3, "window"),
    point(141.6, 39.3, "salon"),
    point(null, null, "salon"),
  ];
  const sites = bySite([a, b, c, d]);
  assert.deepEqual([...sites.keys()], ["39.30000,141.50000", "39.30000,141.60000"]);
  assert.deepEqual([...sites.values()], [[a, b], [c]]);
});

test("only layers that are on and the chosen district are shown", () => {
  const features = [point(1, 1, "salon", "綾織町"), point(1, 1, "window", "綾織町"), point(1, 1, "salon", "土淵町")];
  const state = { ...defaultState(), layers: new Set(["salon"]), district: "綾織町" };
  assert.deepEqual(shown(features, state), [features[0]]);
  assert.deepEqual(shown(features, { ...state, district: "" }), [features[0], features[2]]);
});
