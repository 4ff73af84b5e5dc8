/** What the page shows ↔ its address. Pure: no page, no network. */

/** @typedef {{type: "resource"|"consultant"|"site", id: string}} Selection */
/**
 * @typedef {object} State
 * @property {{lat: number, lon: number, zoom: number}|null} view null: the whole city
 * @property {Set<string>} layers
 * @property {string} profile
 * @property {number} minutes
 * @property {string} district empty: all
 * @property {"coverage"|"resources"} tab
 * @property {Selection|null} selected
 */

export const LAYERS = [
  "cells",
  "consultants",
  "centre",
  "window",
  "salon",
  "gathering_place",
  "childcare",
  "watch_partner",
  "other",
];
const PROFILES = ["car", "car-winter", "walk"];
const SELECTIONS = /** @type {const} */ (["resource", "consultant", "site"]);
const DEFAULTS = { profile: "car", minutes: 20 };

/** Return what the page shows when its address says nothing. @returns {State} */
export function defaultState() {
  return {
    view: null,
    layers: new Set(LAYERS),
    profile: DEFAULTS.profile,
    minutes: DEFAULTS.minutes,
    district: "",
    tab: "coverage",
    selected: null,
  };
}

/**
 * Return the state that an address tells; what it does not tell, or tells wrongly, is as by default.
 *
 * @param {string} query
 * @returns {State}
 */
export function readState(query) {
  const told = new URLSearchParams(query);
  const state = defaultState();
  state.view = readView(told.get("at"));
  const layers = told.get("layers");
  if (layers !== null) state.layers = new Set(layers.split(",").filter((name) => LAYERS.includes(name)));
  const profile = told.get("profile") ?? "";
  if (PROFILES.includes(profile)) state.profile = profile;
  const minutes = Number(told.get("minutes"));
  if ([10, 20, 30].includes(minutes)) state.minutes = minutes;
  state.district = told.get("district") ?? "";
  if (told.get("tab") === "resources") state.tab = "resources";
  for (const type of SELECTIONS) {
    const id = told.get(type);
    if (id) state.selected = { type, id };
  }
  return state;
}

/**
 * Return the address of a state, as short as it can be: `?at=…&layers=…`, or an empty text.
 *
 * @param {State} state
 * @returns {string}
 */
export function writeState(state) {
  const parts = [];
  if (state.view) {
    const { lat, lon, zoom } = state.view;
    parts.push(`at=${lat.toFixed(5)},${lon.toFixed(5)},${Number(zoom.toFixed(2))}`);
  }
  if (state.layers.size < LAYERS.length) {
    parts.push(`layers=${LAYERS.filter((name) => state.layers.has(name)).join(",")}`);
  }
  if (state.profile !== DEFAULTS.profile) parts.push(`profile=${state.profile}`);
  if (state.minutes !== DEFAULTS.minutes) parts.push(`minutes=${state.minutes}`);
  if (state.district) parts.push(`district=${encodeURIComponent(state.district)}`);
  if (state.tab !== "coverage") parts.push(`tab=${state.tab}`);
  if (state.selected) parts.push(`${state.selected.type}=${encodeURIComponent(state.selected.id)}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

/** @param {string|null} text @returns {State["view"]} */
function readView(text) {
  const match = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text ?? "");
  if (!match) return null;
  const [lat, lon, zoom] = match.slice(1).map(Number);
  if (lat === undefined || lon === undefined || zoom === undefined) return null;
  if (Math.abs(lat) > 85 || Math.abs(lon) > 180 || zoom > 19) return null;
  return { lat, lon, zoom };
}

/**
 * Return the resources that a state shows: their layer is on and they are in the chosen district.
 *
 * @template {{properties: {kind: string, district: string}}} F
 * @param {F[]} features @param {State} state @returns {F[]}
 */
export function shown(features, state) {
  return features.filter(
    ({ properties }) => state.layers.has(properties.kind) && (!state.district || properties.district === state.district),
  );
}

/**
 * Return features by place: those that share a point stand together, in their given order.
 *
 * @template {{geometry: {coordinates: [number, number]}|null}} F
 * @param {F[]} features @returns {Map<string, F[]>}
 */
export function bySite(features) {
  /** @type {Map<string, F[]>} */
  const sites = new Map();
  for (const feature of features) {
    if (!feature.geometry) continue;
    const [lon, lat] = feature.geometry.coordinates;
    const key = `${lat.toFixed(5)},${lon.toFixed(5)}`;
    const there = sites.get(key);
    if (there) there.push(feature);
    else sites.set(key, [feature]);
  }
  return sites;
}

/**
 * Return the class of a travel time: 0 up to and with the first edge, 1 to the second, …; -1 where nobody arrives.
 *
 * @param {number|null} seconds @param {number[]} minutes @returns {number}
 */
export function minutesClass(seconds, minutes) {
  if (seconds === null) return -1;
  const found = minutes.findIndex((edge) => seconds <= edge * 60);
  return found === -1 ? minutes.length : found;
}

/**
 * Return the people in each class of minutes: within each edge (beyond the edge before), beyond the last, not reached.
 *
 * @param {{population: number, minutes: number[], covered: Record<string, number>, unreachable_population: number}} coverage
 * @returns {{label: string, people: number, upTo: number|null, style: string}[]}
 */
export function peopleByClass(coverage) {
  const unreached = coverage.unreachable_population;
  let before = 0;
  const rows = coverage.minutes.map((edge, index) => {
    const upTo = coverage.covered[String(edge)] ?? 0;
    const people = upTo - before;
    before = upTo;
    return { label: `${edge}分以内`, people, upTo: /** @type {number|null} */ (upTo), style: String(index + 1) };
  });
  const last = coverage.minutes[coverage.minutes.length - 1];
  const beyond = coverage.population - before - unreached;
  rows.push({ label: `${last}分超`, people: beyond, upTo: null, style: String(coverage.minutes.length + 1) });
  rows.push({ label: "到達できない", people: unreached, upTo: null, style: "none" });
  return rows;
}
