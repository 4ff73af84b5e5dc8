/** Which marks stand alone and which become one chip with a count, so that none covers another. Pure: pixels in, pixels out. */

/** @typedef {[number, number]} Pair x, y */
/** @typedef {import("#map/clear-view.js").Box} Box */
/** @typedef {{at: Pair, kind: string, members: number[], foot: number|null}} Group `members`: indices of places; `foot`: of which pin */
/** @typedef {{at: Pair, members: number[]}} Pin `at`: the point that its tip shows */
/**
 * @typedef {object} Sizes
 * @property {(kind: string, members: number[]) => Pair} group width and height of a mark or chip
 * @property {Pair} pin width and height
 * @property {number} lift pixels from the point of a pin up to its tip
 * @property {number} [gap] pixels between two marks; marks are drawn on whole pixels, which may bring them nearer by one
 */

const GAP = 2;
export const SEVERAL = "several";
/** Chips of one kind say more than chips of several. */
const OTHER_KIND = 1.6;

/**
 * Return marks, chips and pins of which none lies on another: what would touch becomes one, the nearest and those of one
 * kind first; what would lie under a pin stands at its foot.
 *
 * @param {{at: Pair, kind: string}[]} places @param {Pair[]} pins @param {Sizes} sizes
 * @returns {{groups: Group[], pins: Pin[]}}
 */
export function groupMarks(places, pins, sizes) {
  let stand = apartPins(
    pins.map((at, index) => ({ at, members: [index] })),
    sizes,
  );
  /** @type {Group[]} */
  let groups = places.map(({ at, kind }, index) => ({ at, kind, members: [index], foot: null }));
  for (;;) {
    const touching = pairsOf(groups, sizes);
    if (touching.length) {
      groups = joined(groups, touching);
      continue;
    }
    const under = groups.find((group) => stand.some((pin) => covers(pin, group, sizes)));
    const above = under && stand.find((pin) => covers(pin, under, sizes))?.members[0];
    if (!under || above === undefined) return { groups, pins: stand };
    if (under.foot === null) under.foot = above;
    else stand = joinPins(stand, under.foot, above);
    groups = groups.map((group) => atFoot(group, stand));
  }
}

/** Return the box of a mark or chip. @param {{at: Pair, kind: string, members: number[]}} group @param {Sizes} sizes @returns {Box} */
export function boxOfGroup({ at: [x, y], kind, members }, sizes) {
  const [width, height] = sizes.group(kind, members);
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** Return the box of a pin. @param {{at: Pair}} pin @param {Sizes} sizes @returns {Box} */
export function boxOfPin({ at: [x, y] }, { pin: [width, height], lift }) {
  return [x - width / 2, y - lift - height, x + width / 2, y - lift];
}

/** Return whether two boxes come nearer than marks may. @param {Box} a @param {Box} b @param {number} [gap] @returns {boolean} */
function touches(a, b, gap = GAP) {
  return a[0] < b[2] + gap && a[2] + gap > b[0] && a[1] < b[3] + gap && a[3] + gap > b[1];
}

/** @param {Pin} pin @param {Group} group @param {Sizes} sizes @returns {boolean} */
function covers(pin, group, sizes) {
  const isItsFoot = group.foot !== null && pin.members.includes(group.foot);
  return !isItsFoot && touches(boxOfPin(pin, sizes), boxOfGroup(group, sizes));
}

/** @param {Group[]} groups @param {Sizes} sizes @returns {[number, number][]} the pairs that touch, to be joined in this order */
function pairsOf(groups, sizes) {
  const boxes = groups.map((group) => boxOfGroup(group, sizes));
  const order = [...groups.keys()].sort((a, b) => leftOf(boxes, a) - leftOf(boxes, b));
  const widest = Math.max(0, ...boxes.map((box) => box[2] - box[0]));
  /** @type {{pair: [number, number], price: number}[]} */
  const found = [];
  for (const [rank, a] of order.entries()) {
    for (let next = rank + 1; next < order.length; next++) {
      const b = /** @type {number} */ (order[next]);
      if (leftOf(boxes, b) > leftOf(boxes, a) + widest + (sizes.gap ?? GAP)) break;
      if (!touches(/** @type {Box} */ (boxes[a]), /** @type {Box} */ (boxes[b]), sizes.gap)) continue;
      const [one, other] = [/** @type {Group} */ (groups[a]), /** @type {Group} */ (groups[b])];
      const far = Math.hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]);
      const price = (far + 1) * (one.kind === other.kind ? 1 : OTHER_KIND);
      found.push({ pair: a < b ? [a, b] : [b, a], price });
    }
  }
  found.sort((a, b) => a.price - b.price || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
  return found.map(({ pair }) => pair);
}

/** @param {Box[]} boxes @param {number} index @returns {number} */
function leftOf(boxes, index) {
  return boxes[index]?.[0] ?? 0;
}

/** Join each group with at most one other. @param {Group[]} groups @param {[number, number][]} pairs @returns {Group[]} */
function joined(groups, pairs) {
  /** @type {Set<number>} */
  const taken = new Set();
  const together = pairs.flatMap(([a, b]) => {
    if (taken.has(a) || taken.has(b)) return [];
    taken.add(a).add(b);
    return [join(/** @type {Group} */ (groups[a]), /** @type {Group} */ (groups[b]))];
  });
  return [...groups.filter((_, index) => !taken.has(index)), ...together];
}

/** @param {Group} a @param {Group} b @returns {Group} */
function join(a, b) {
  const [m, n] = [a.members.length, b.members.length];
  const at = /** @type {Pair} */ ([0, 1].map((axis) => ((a.at[axis] ?? 0) * m + (b.at[axis] ?? 0) * n) / (m + n)));
  const members = [...a.members, ...b.members].sort((one, other) => one - other);
  const larger = m >= n ? a : b;
  // What stands at the foot of a pin stays there, unless more comes from elsewhere.
  const still = larger.foot === null ? null : larger;
  return { at: still?.at ?? at, kind: a.kind === b.kind ? a.kind : SEVERAL, members, foot: still?.foot ?? null };
}

/** Return a group where its pin stands; one without a pin as it is. @param {Group} group @param {Pin[]} pins @returns {Group} */
function atFoot(group, pins) {
  const { foot } = group;
  const pin = foot === null ? undefined : pins.find(({ members }) => members.includes(foot));
  return pin ? { ...group, at: pin.at } : group;
}

/** @param {Pin[]} pins @param {Sizes} sizes @returns {Pin[]} */
function apartPins(pins, sizes) {
  for (;;) {
    const at = pins.findIndex((pin, index) =>
      pins.some((other, next) => next > index && touches(boxOfPin(pin, sizes), boxOfPin(other, sizes))),
    );
    if (at === -1) return pins;
    const pin = /** @type {Pin} */ (pins[at]);
    const other = pins.find((each, next) => next > at && touches(boxOfPin(pin, sizes), boxOfPin(each, sizes)));
    pins = joinPins(pins, /** @type {number} */ (pin.members[0]), /** @type {number} */ (other?.members[0]));
  }
}

/** Return pins of which the two that hold these members are one, where the first stands. @param {Pin[]} pins @param {number} a @param {number} b @returns {Pin[]} */
function joinPins(pins, a, b) {
  const two = pins.filter(({ members }) => members.includes(a) || members.includes(b));
  const [first] = two;
  if (two.length < 2 || !first) return pins;
  const members = two.flatMap((pin) => pin.members).sort((one, other) => one - other);
  return [...pins.filter((pin) => !two.includes(pin)), { at: first.at, members }];
}

/**
 * Return which pins show their name beside them: those whose name lies on no mark, no other pin and no name before it.
 *
 * @param {{groups: Group[], pins: Pin[]}} marks @param {(pin: Pin) => Pair} sizeOf a name @param {Sizes} sizes
 * @returns {boolean[]}
 */
export function namedPins({ groups, pins }, sizeOf, sizes) {
  const taken = groups.map((group) => boxOfGroup(group, sizes));
  const stems = pins.map((pin) => boxOfPin(pin, sizes));
  return pins.map((pin, index) => {
    const [, top, right] = /** @type {Box} */ (stems[index]);
    const [width, height] = sizeOf(pin);
    const box = /** @type {Box} */ ([right + GAP, top + GAP, right + GAP + width, top + GAP + height]);
    const isFree = [...taken, ...stems.filter((_, other) => other !== index)].every((other) => !touches(box, other));
    if (isFree) taken.push(box);
    return isFree;
  });
}
