/** A placement that is only tried ↔ the address of the page ↔ what the service is asked. Pure: no page, no network. */

import { count } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Spot} Spot */
/**
 * @typedef {object} Trial
 * @property {string} profile
 * @property {Map<string, Spot>} moved
 * @property {Spot[]} added
 * @property {Set<string>} removed
 * @property {Spot[]} closed a point beside each road
 */
/**
 * @typedef {object} Tried what the service answers
 * @property {string} profile
 * @property {number[]} minutes
 * @property {number} population
 * @property {Record<string, number>} covered
 * @property {Record<string, number>} [covered_low] how few it may be, where that was asked for
 * @property {Record<string, number>} [covered_high]
 * @property {Record<string, number>} [covered_low_by_speed] the same, each base where the register has it
 * @property {Record<string, number>} [covered_high_by_speed]
 * @property {number} unreachable_population
 * @property {number|null} mean_s
 * @property {import("#kit/types.js").DistrictCoverage[]} districts
 * @property {{id: string, base: string, catchment_population: number, covered: Record<string, number>}[]} consultants
 * @property {{gained: Record<string, number>, lost: Record<string, number>, covered: Record<string, number>,
 *   unreachable_population: number, districts: {name: string, covered: Record<string, number>}[]}} difference
 * @property {{id: string, lon: number, lat: number, reason: string|null, distance_m: number|null, limit_m: number}[]} placed
 * @property {{edge: number|null, reason: string|null, distance_m: number|null, limit_m: number, highway: string|null,
 *   length_m: number|null, line: Spot[]|null}[]} closed
 * @property {{run: string, count: number, seconds: string, nearest: string}} cells
 */
/** @typedef {import("#map/post-layer.js").Post & {isGone: boolean, far: number|null}} Row one consultant with where it is tried */

const PROFILES = ["car", "car-winter", "walk"];
const NOBODY = 65535;
/** So many may be added or closed; the service refuses more. */
export const MOST = { added: 50, closed: 200 };
/** About ten centimetres. */
const DIGITS = 6;

/** Return the placement as it is. @param {string} [profile] @returns {Trial} */
export function asItIs(profile = "car") {
  return { profile, moved: new Map(), added: [], removed: new Set(), closed: [] };
}

/** Return whether nothing is tried but another season. @param {Trial} trial @returns {boolean} */
export function isAsItIs({ moved, added, removed, closed }) {
  return !moved.size && !added.length && !removed.size && !closed.length;
}

/**
 * Return the placement that an address tells; what it tells wrongly is left out.
 *
 * @param {string} query @returns {Trial}
 */
export function readTrial(query) {
  const told = new URLSearchParams(query);
  const profile = told.get("profile") ?? "";
  const trial = asItIs(PROFILES.includes(profile) ? profile : "car");
  for (const part of split(told.get("moved"))) {
    const at = part.lastIndexOf(":");
    const spot = readSpot(part.slice(at + 1));
    if (at > 0 && spot) trial.moved.set(part.slice(0, at), spot);
  }
  for (const code of split(told.get("removed"))) if (!trial.moved.has(code)) trial.removed.add(code);
  trial.added = spots(told.get("added")).slice(0, MOST.added);
  trial.closed = spots(told.get("closed")).slice(0, MOST.closed);
  return trial;
}

/** Return the parts of the address that tell a placement. @param {Trial} trial @returns {string[]} */
export function writeTrial({ profile, moved, added, removed, closed }) {
  const parts = [];
  if (profile !== "car") parts.push(`profile=${profile}`);
  if (moved.size)
    parts.push(`moved=${[...moved].map(([code, spot]) => `${encodeURIComponent(code)}:${text(spot)}`).join(";")}`);
  if (added.length) parts.push(`added=${added.map(text).join(";")}`);
  if (removed.size) parts.push(`removed=${[...removed].map(encodeURIComponent).join(";")}`);
  if (closed.length) parts.push(`closed=${closed.map(text).join(";")}`);
  return parts;
}

/**
 * Return what the service is asked; consultants that it does not know are left out.
 *
 * @param {Trial} trial @param {Set<string>} known
 * @param {boolean} withRange whether to say how low and how high the figures may be; a hand that drags does not wait for it
 * @returns {object}
 */
export function asWish({ profile, moved, added, removed, closed }, known, withRange) {
  const place = /** @type {(spot: Spot) => {lon: number, lat: number}} */ (([lon, lat]) => ({ lon, lat }));
  return {
    profile,
    moved: [...moved].filter(([id]) => known.has(id)).map(([id, spot]) => ({ id, ...place(spot) })),
    added: added.map(place),
    removed: [...removed].filter((id) => known.has(id)),
    closed: closed.map(place),
    with_range: withRange,
  };
}

/**
 * Return every consultant with where it is tried, and after them those that are added.
 *
 * @param {Trial} trial
 * @param {import("#kit/types.js").ConsultantFeature[]} consultants as they are
 * @param {Tried["placed"]} placed what the service found of those that are somewhere else
 * @returns {Row[]}
 */
export function rowsOf({ moved, added, removed }, consultants, placed) {
  const found = new Map(placed.map((item) => [item.id, item]));
  const off = (/** @type {string} */ id) => ({
    isOff: found.get(id)?.reason === "off_network",
    far: found.get(id)?.distance_m ?? null,
  });
  return [
    ...consultants.map(({ geometry, properties: { id, base } }) => {
      const from = geometry?.coordinates ?? null;
      const state = moved.has(id) ? /** @type {const} */ ("moved") : /** @type {const} */ ("same");
      return { id, base, at: moved.get(id) ?? from, from, state, isGone: removed.has(id), ...off(id) };
    }),
    ...added.map((at, index) => {
      const id = addedId(index);
      return {
        id,
        base: `追加${index + 1}`,
        at,
        from: null,
        state: /** @type {const} */ ("added"),
        isGone: false,
        ...off(id),
      };
    }),
  ];
}

/** Return how one is called that is added. @param {number} index @returns {string} */
export function addedId(index) {
  return `+${index + 1}`;
}

/** Return which of those added an id means, null where it means one of those there are. @param {string} id @returns {number|null} */
export function addedIndex(id) {
  return id.startsWith("+") ? Number(id.slice(1)) - 1 : null;
}

/** Put a consultant somewhere. @param {Trial} trial @param {string} id @param {Spot} at */
export function put(trial, id, at) {
  const index = addedIndex(id);
  if (index === null) trial.moved.set(id, rounded(at));
  else trial.added[index] = rounded(at);
}

/** Take a consultant away. @param {Trial} trial @param {string} id */
export function takeAway({ moved, added, removed }, id) {
  const index = addedIndex(id);
  if (index !== null) {
    added.splice(index, 1);
    return;
  }
  moved.delete(id);
  removed.add(id);
}

/** Return a place as exactly as it is kept. @param {Spot} at @returns {Spot} */
export function rounded([lon, lat]) {
  return [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
}

/**
 * Return whole numbers that were packed as two bytes each, the lower one first; null for nobody.
 *
 * @param {string} packed base64 @returns {(number|null)[]}
 */
export function unpack(packed) {
  const raw = atob(packed);
  const values = [];
  for (let at = 0; at < raw.length; at += 2) {
    const value = raw.charCodeAt(at) + 256 * raw.charCodeAt(at + 1);
    values.push(value === NOBODY ? null : value);
  }
  return values;
}

/** Return a change of a count with its sign in front. @param {number} change @returns {string} */
export function signed(change) {
  if (change === 0) return "±0";
  return `${change > 0 ? "＋" : "－"}${count(Math.abs(change))}`;
}

/** @param {string|null} list @returns {string[]} */
function split(list) {
  return (list ?? "").split(";").filter(Boolean);
}

/** @param {string|null} list @returns {Spot[]} */
function spots(list) {
  return split(list)
    .map(readSpot)
    .filter((spot) => spot !== null);
}

/** @param {string} part @returns {Spot|null} */
function readSpot(part) {
  const match = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(part);
  if (!match) return null;
  const [lon, lat] = [Number(match[1]), Number(match[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}

/** @param {Spot} spot @returns {string} */
function text(spot) {
  return spot.map((value) => String(Number(value.toFixed(DIGITS)))).join(",");
}
