// Back and forth in what a hand has changed: laws on random histories, checked against a plain list of states.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Undo, wishOfKey } from "../../app/web/static/js/kit/undo.js";

/** States that look like nothing are states all the same. */
const STATES = ["", 0, null, undefined, false, "moved=C01:1,2", 7, [], Number.POSITIVE_INFINITY];

/** Return a repeatable source of whole numbers below a limit. */
function chance(seed) {
  let value = seed;
  return (below) => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return Math.floor((value / 2 ** 32) * below);
  };
}

/** Return a history of steps from a state, and every state that it went through. */
function walked(draw, steps) {
  const seen = [STATES[draw(STATES.length)]];
  const undo = new Undo(seen[0]);
  for (let step = 0; step < steps; step++) {
    const state = STATES[draw(STATES.length)];
    if (state !== seen.at(-1)) seen.push(state);
    undo.did(state);
  }
  return { undo, seen };
}

test("undo after a step gives the state before it, whatever that looks like", () => {
  for (const before of STATES) {
    for (const after of STATES.filter((state) => state !== before)) {
      const undo = new Undo(before);
      undo.did(after);
      assert.equal(undo.state, after);
      assert.equal(undo.undo(), before);
      assert.equal(undo.redo(), after);
    }
  }
});

test("n steps back give the state of n steps ago, and n forth bring all of it again", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { undo, seen } = walked(chance(seed), 30);
    for (const back of seen.toReversed().slice(1)) assert.equal(undo.undo(), back);
    assert.ok(!undo.canUndo);
    assert.equal(undo.undo(), seen[0]);
    for (const forth of seen.slice(1)) assert.equal(undo.redo(), forth);
    assert.ok(!undo.canRedo);
    assert.equal(undo.redo(), seen.at(-1));
  }
});

test("a new step forgets what was taken back, and nothing else", () => {
  const draw = chance(7);
  for (let round = 0; round < 50; round++) {
    const { undo, seen } = walked(draw, 20);
    const back = draw(seen.length);
    for (let step = 0; step < back; step++) undo.undo();
    undo.did("new");
    assert.ok(!undo.canRedo);
    assert.equal(undo.undo(), seen.at(-1 - back));
  }
});

test("the same state again is no step", () => {
  const undo = new Undo("");
  undo.did("");
  assert.ok(!undo.canUndo);
});

test("so many steps are kept and no more", () => {
  const undo = new Undo(0, 3);
  for (const state of [1, 2, 3, 4, 5]) undo.did(state);
  assert.deepEqual([undo.undo(), undo.undo(), undo.undo(), undo.undo()], [4, 3, 2, 2]);
});

test("the keys are those of other programs", () => {
  const key = (name, more = {}) =>
    wishOfKey({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });
  assert.equal(key("z", { ctrlKey: true }), "undo");
  assert.equal(key("z", { metaKey: true }), "undo");
  assert.equal(key("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(key("y", { ctrlKey: true }), "redo");
  for (const other of [key("z"), key("z", { altKey: true, ctrlKey: true }), key("a", { ctrlKey: true })])
    assert.equal(other, null);
});
