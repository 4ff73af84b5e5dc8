// A placement that is tried: its address, its wish, packed numbers, and who of many wishes is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenCentre } from "../../app/web/static/js/rooms/what-if/aim-bar.js";
import { Newest } from "../../app/web/static/js/rooms/what-if/newest.js";
import {
  addedId,
  addedIndex,
  asItIs,
  asWish,
  isAsItIs,
  put,
  readTrial,
  rowsOf,
  signed,
  takeAway,
  unpack,
  writeTrial,
} from "../../app/web/static/js/rooms/what-if/trial.js";

test("the placement as it is needs no address", () => {
  assert.deepEqual(writeTrial(asItIs()), []);
  assert.deepEqual(readTrial(""), asItIs());
  assert.ok(isAsItIs(readTrial("?profile=car-winter")));
});

test("what is written is read back", () => {
  const trial = {
    profile: "car-winter",
    moved: new Map([
      ["C:1 &", [141.5, 39.25]],
      ["C02", [141.123457, -39]],
    ]),
    added: [
      [141.1, 39.1],
      [-141.2, 39.2],
    ],
    removed: new Set(["C03", "相;談"]),
    closed: [[141.7, 39.3]],
  };
  trial.removed.delete("相;談"); // a code with the sign between two codes does not survive an address
  assert.deepEqual(readTrial(`?${writeTrial(trial).join("&")}`), trial);
  assert.ok(!isAsItIs(trial));
});

test("an address that tells nonsense tells nothing", () => {
  const told = readTrial("?profile=bus&moved=C01:200,39;C02;:1,2;C03:a,b&added=1;2,91;,&removed=;&closed=x,y");
  assert.deepEqual(told, asItIs());
  assert.equal(readTrial(`?added=${"1,2;".repeat(60)}`).added.length, 50);
  assert.deepEqual([...readTrial("?moved=C01:1,2&removed=C01;C02").removed], ["C02"]);
});

test("the service is asked for those it knows only", () => {
  const trial = readTrial("?moved=C01:1,2;X:3,4&removed=C02;Y&added=5,6&closed=7,8");
  assert.deepEqual(asWish(trial, new Set(["C01", "C02"]), false), {
    profile: "car",
    moved: [{ id: "C01", lon: 1, lat: 2 }],
    removed: ["C02"],
    added: [{ lon: 5, lat: 6 }],
    closed: [{ lon: 7, lat: 8 }],
    with_range: false,
  });
});

test("two bytes make a number, the lower one first", () => {
  const packed = Buffer.from([0, 0, 1, 0, 0, 1, 0x58, 0x02, 0xfe, 0xff, 0xff, 0xff]).toString("base64");
  assert.deepEqual(unpack(packed), [0, 1, 256, 600, 65534, null]);
});

test("a change has its sign", () => {
  assert.deepEqual([signed(0), signed(1234), signed(-5)], ["±0", "＋1,234", "－5"]);
});

/** Return a sender whose answers are given by hand. */
function byHand() {
  const sent = [];
  const send = (wish, signal) =>
    new Promise((answer, refuse) => {
      sent.push({ wish, answer, signal });
      signal.addEventListener("abort", () => refuse(new DOMException("", "AbortError")));
    });
  return { sent, send };
}
const settle = () => new Promise((done) => setTimeout(done, 0));

test("one wish is on its way, the newest waits, the others are never sent", async () => {
  const { sent, send } = byHand();
  const told = [];
  const newest = new Newest(send, { onAnswer: (answer) => told.push(answer), onError: assert.fail }, 0);
  for (const wish of [1, 2, 3, 4]) newest.ask(wish, false);
  assert.deepEqual(
    sent.map(({ wish }) => wish),
    [1],
  );
  sent[0].answer("a");
  await settle();
  await settle();
  assert.deepEqual(
    sent.map(({ wish }) => wish),
    [1, 4],
  );
  sent[1].answer("d");
  await settle();
  assert.deepEqual(told, ["a", "d"]);
});

test("the last wish does not wait for the one before, whose answer is not shown", async () => {
  const { sent, send } = byHand();
  const told = [];
  const newest = new Newest(send, { onAnswer: (answer) => told.push(answer), onError: assert.fail }, 0);
  newest.ask("dragging", false);
  newest.ask("dropped", true);
  assert.ok(sent[0].signal.aborted);
  await settle();
  sent[1].answer("final");
  await settle();
  assert.deepEqual(told, ["final"]);
  newest.ask("later");
  assert.equal(sent[2].wish, "later");
});

test("what goes wrong is told, and the next wish is sent all the same", async () => {
  const told = [];
  let count = 0;
  const send = async () => {
    count += 1;
    if (count === 1) throw new Error("no");
    return "yes";
  };
  const newest = new Newest(
    send,
    { onAnswer: (answer) => told.push(answer), onError: (error) => told.push(error.message) },
    0,
  );
  newest.ask(1);
  await settle();
  newest.ask(2);
  await settle();
  assert.deepEqual(told, ["no", "yes"]);
});

// --- who stands where --------------------------------------------------------------------------------------------------

const people = [
  { geometry: { coordinates: [141.1, 39.1] }, properties: { id: "C01", base: "西" } },
  { geometry: null, properties: { id: "C02", base: "東" } },
];

test("who is moved, added or taken away stands where the trial says, the others where they are", () => {
  const trial = { ...asItIs(), moved: new Map([["C01", [1, 2]]]), added: [[3, 4]], removed: new Set(["C02"]) };
  const rows = rowsOf(trial, people, [{ id: "+1", reason: "off_network", distance_m: 0 }]);
  assert.deepEqual(
    rows.map(({ id, at, from, state, isGone }) => [id, at, from, state, isGone]),
    [
      ["C01", [1, 2], [141.1, 39.1], "moved", false],
      ["C02", null, null, "same", true],
      ["+1", [3, 4], null, "added", false],
    ],
  );
  // 0 m is a distance, not the lack of one.
  assert.deepEqual([rows[2].isOff, rows[2].far], [true, 0]);
});

test("a hand puts down and takes away whom it holds, and nobody else", () => {
  const trial = {
    ...asItIs(),
    added: [
      [5, 5],
      [6, 6],
    ],
  };
  put(trial, "C01", [141.12345678, 39]);
  put(trial, addedId(0), [7, 7]);
  assert.deepEqual(
    [trial.moved.get("C01"), trial.added],
    [
      [141.123457, 39],
      [
        [7, 7],
        [6, 6],
      ],
    ],
  );
  takeAway(trial, addedId(0));
  takeAway(trial, "C01");
  assert.deepEqual([trial.added, [...trial.removed], trial.moved.size], [[[6, 6]], ["C01"], 0]);
  assert.deepEqual([addedIndex("+1"), addedIndex("C01")], [0, null]);
});

test("the empty choice of a centre is none, and the first one is the first", () => {
  const centres = [
    { name: "西", at: [1, 2] },
    { name: "東", at: [3, 4] },
  ];
  assert.equal(chosenCentre(centres, ""), undefined);
  assert.equal(chosenCentre(centres, "0"), centres[0]);
});
