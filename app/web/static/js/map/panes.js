/** The order of what is drawn, from the ground up, and one canvas for each. */

import * as L from "leaflet";

const ORDER = /** @type {[string, number][]} */ ([
  ["outline", 204],
  ["land", 205],
  ["roads", 206],
  ["veil", 207],
  ["cells", 210],
  ["isochrones", 220],
  ["borders", 240],
  ["rims", 250],
  ["labels", 450],
  ["accuracy", 460],
]);

/** Create the panes of a map. @param {L.Map} map */
export function createPanes(map) {
  for (const [name, level] of ORDER) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(level);
    pane.setAttribute("aria-hidden", "true");
  }
}

/** Far away the cells lie over the roads, so that their colours are pure; near by, streets are needed to find one's way. */
export const ROAD_LEVELS = { far: "206", near: "230" };

/** Return a canvas in a pane; a wide margin keeps panning smooth. @param {string} pane @returns {L.Canvas} */
export function canvasIn(pane) {
  return L.canvas({ pane, padding: 0.3, tolerance: 4 });
}

/** Return Leaflet's order of a GeoJSON position. @param {[number, number]|number[]} position @returns {L.LatLng} */
export function latLng([lon, lat]) {
  return L.latLng(/** @type {number} */ (lat), /** @type {number} */ (lon));
}

/** Return the colour that a style sheet gives a name. @param {string} name @returns {string} */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
