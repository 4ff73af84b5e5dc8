// Whatever marks there are and however far away: none on another, and none lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOfGroup, boxOfPin, groupMarks, SEVERAL } from "../../app/web/static/js/map/group-marks.js";

const KINDS = ["centre", "window", "salon", "gathering_place", "childcare", "watch_partner", "other"];
const SIZES = [
  { group: (_, members) => (members.length > 1 ? [48, 28] : [22, 22]), pin: [22, 28], lift: 8 },
  {
    group: (kind, members) => (members.length > 1 ? (kind === SEVERAL ? [32, 28] : [56, 28]) : [28, 28]),
    pin: [28, 36],
    lift: 8,
  },
];

function randomly(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

function holds([left, top, right, bottom], [x, y]) {
  return x > left && x < right && y > top && y < bottom;
}

function middle([left, top, right, bottom]) {
  return [(left + right) / 2, (top + bottom) / 2];
}

function check({ groups, pins }, places, wanted, sizes) {
  const boxes = [...groups.map((group) => boxOfGroup(group, sizes)), ...pins.map((pin) => boxOfPin(pin, sizes))];
  const middles = boxes.map(middle);
  const under = boxes.flatMap((box, a) => middles.flatMap((at, b) => (a !== b && holds(box, at) ? [[a, b]] : [])));
  assert.deepEqual(under, []);
  const sorted = (all) => all.flatMap(({ members }) => members).toSorted((a, b) => a - b);
  assert.deepEqual(sorted(groups), [...places.keys()]);
  assert.deepEqual(sorted(pins), [...wanted.keys()]);
  for (const { kind, members } of groups) {
    const kinds = new Set(members.map((index) => places[index].kind));
    assert.equal(kind, kinds.size === 1 ? [...kinds][0] : SEVERAL);
  }
}

test("no centre lies in the box of another, and the members are all the places and all the pins", () => {
  for (let round = 0; round < 120; round++) {
    const random = randomly(round + 1);
    const extent = 20 + 1500 * random() ** 3;
    const at = () => [extent * random(), extent * random()];
    const places = Array.from({ length: Math.floor(140 * random()) }, () => ({
      at: at(),
      kind: KINDS[Math.floor(KINDS.length * random())],
    }));
    const pins = Array.from({ length: Math.floor(15 * random()) }, () =>
      places.length && random() < 0.7 ? places[Math.floor(places.length * random())].at : at(),
    );
    for (const sizes of SIZES) check(groupMarks(places, pins, sizes), places, pins, sizes);
  }
});

test("marks with room around them stay where they are", () => {
  const places = [
    { at: [0, 0], kind: "salon" },
    { at: [0, 24.5], kind: "window" },
  ];
  const { groups } = groupMarks(places, [], SIZES[0]);
  assert.deepEqual(
    groups.map(({ at, members }) => [at, members]),
    [
      [[0, 0], [0]],
      [[0, 24.5], [1]],
    ],
  );
});

test("of two neighbours at the same distance the one of the same kind joins", () => {
  const places = [
    { at: [0, 0], kind: "salon" },
    { at: [-20, 0], kind: "window" },
    { at: [20, 0], kind: "salon" },
  ];
  const { groups } = groupMarks(places, [], { ...SIZES[0], group: () => [22, 22] });
  assert.deepEqual(groups.map(({ kind, members }) => [kind, members]).toSorted(), [
    ["salon", [0, 2]],
    ["window", [1]],
  ]);
});

test("what would lie under a pin stands at its foot, and the foot keeps its place when more joins", () => {
  const places = [
    { at: [100, 80], kind: "window" },
    { at: [100, 100], kind: "centre" },
    { at: [300, 300], kind: "other" },
  ];
  const { groups, pins } = groupMarks(places, [[100, 100]], SIZES[1]);
  assert.deepEqual(pins, [{ at: [100, 100], members: [0] }]);
  assert.deepEqual(groups.find(({ members }) => members.includes(0)).members, [0, 1]);
  assert.deepEqual(groups.find(({ members }) => members.includes(0)).at, [100, 100]);
});

test("pins that are too near to each other become one with both", () => {
  const { pins } = groupMarks(
    [],
    [
      [0, 0],
      [10, 0],
      [200, 0],
    ],
    SIZES[1],
  );
  assert.deepEqual(pins.map(({ members }) => members).toSorted(), [[0, 1], [2]]);
});

test("nothing at all gives nothing", () => {
  assert.deepEqual(groupMarks([], [], SIZES[0]), { groups: [], pins: [] });
});

test("a thousand places are grouped within a blink", () => {
  const random = randomly(5);
  const places = Array.from({ length: 1000 }, () => ({
    at: [900 * random(), 700 * random()],
    kind: KINDS[Math.floor(KINDS.length * random())],
  }));
  const before = performance.now();
  check(groupMarks(places, [], SIZES[1]), places, [], SIZES[1]);
  assert.ok(performance.now() - before < 1000);
});
