/** Which names fit on the map without touching each other or the marks. */

import * as L from "leaflet";

/** @typedef {{at: L.LatLng, text: string, style: string, size: number, from: number, until: number}} Name */
/** @typedef {[number, number, number, number]} Box left, top, right, bottom in pixels of the map */

const GAP = 4;
const LINE = 22;

/**
 * Return the names that find a free place, the first named first, each with its shift from its point in pixels.
 *
 * @param {L.Map} map @param {Name[]} names
 * @returns {{name: Name, offset: [number, number]}[]}
 */
export function declutter(map, names) {
  const taken = markBoxes(map);
  const view = map.getPixelBounds();
  const origin = /** @type {L.Point} */ (view.min);
  const size = map.getSize();
  const placed = [];
  for (const name of names) {
    const point = map.project(name.at, map.getZoom()).subtract(origin);
    const half = (name.text.length * name.size) / 2;
    if (point.x + half < 0 || point.y < 0 || point.x - half > size.x || point.y > size.y) continue;
    const offset = shifts(name.style, half).find(([dx, dy]) => isFree(boxAround(point.x + dx, point.y + dy, half), taken));
    if (!offset) continue;
    taken.push(boxAround(point.x + offset[0], point.y + offset[1], half));
    placed.push({ name, offset });
  }
  return placed;
}

/** @param {string} style @param {number} half @returns {[number, number][]} */
function shifts(style, half) {
  if (style === "district") {
    return [[0, 0], [0, -28], [0, 28], [-half, 0], [half, 0], [0, -56], [0, 56], [-half, -32], [half, -32], [-half, 32], [half, 32]];
  }
  return [[0, 0], [0, 24], [0, -24], [half + 16, 0], [-half - 16, 0]];
}

/** @param {number} x @param {number} y @param {number} half @returns {Box} */
function boxAround(x, y, half) {
  return [x - half - GAP, y - LINE / 2, x + half + GAP, y + LINE / 2];
}

/** @param {Box} box @param {Box[]} taken @returns {boolean} */
function isFree(box, taken) {
  return !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

/** Return the boxes of marks and the names beside them. @param {L.Map} map @returns {Box[]} */
function markBoxes(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const parts = map.getPane("markerPane")?.querySelectorAll(".mark, .mark__name, .label--minutes span") ?? [];
  return [...parts].map((part) => {
    const box = part.getBoundingClientRect();
    return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
  });
}
