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
    ({ properties }) =>
      state.layers.has(properties.kind) && (!state.district || properties.district === state.district),
  );
}
