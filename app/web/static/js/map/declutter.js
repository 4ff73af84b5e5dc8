/** Which names fit on the map without touching each other, the marks or what lies over the map. */

import * as L from "leaflet";
import { overlays } from "#map/overlays.js";

/**
 * @typedef {{at: L.LatLng, text: string, style: string, size: number, from: number, until: number, within?: import("geojson").MultiPolygon}} Name
 *   `within`: where the middle of the name must lie, so that no district is taken for its neighbour
 */
/** @typedef {import("#map/clear-view.js").Box} Box */

const GAP = 4;
const LINE = 22;

/**
 * Return the names that find a free place, the first named first, each with its shift from its point in pixels.
 *
 * @param {L.Map} map @param {Name[]} names
 * @returns {{name: Name, offset: [number, number]}[]}
 */
export function declutter(map, names) {
  const taken = [...markBoxes(map), ...overlays(map.getContainer(), 0)];
  const origin = /** @type {L.Point} */ (map.getPixelBounds().min);
  const size = map.getSize();
  const placed = [];
  for (const name of names) {
    const point = map.project(name.at, map.getZoom()).subtract(origin);
    const half = (name.text.length * name.size) / 2;
    if (point.x < -half || point.y < 0 || point.x > size.x + half || point.y > size.y) continue;
    const offset = shifts(name.style, half).find(([dx, dy]) => {
      const box = boxAround(point.x + dx, point.y + dy, half);
      const isHome = !name.within || covers(name.within, map.unproject(point.add(origin).add([dx, dy]), map.getZoom()));
      return isHome && isInside(box, size) && isFree(box, taken);
    });
    if (!offset) continue;
    taken.push(boxAround(point.x + offset[0], point.y + offset[1], half));
    placed.push({ name, offset });
  }
  return placed;
}

/** @param {string} style @param {number} half @returns {[number, number][]} */
function shifts(style, half) {
  if (style === "district") {
    return [
      [0, 0],
      [0, -28],
      [0, 28],
      [-half, 0],
      [half, 0],
      [0, -56],
      [0, 56],
      [-half, -32],
      [half, -32],
      [-half, 32],
      [half, 32],
    ];
  }
  return [
    [0, 0],
    [0, 24],
    [0, -24],
    [half + 16, 0],
    [-half - 16, 0],
  ];
}

/** @param {number} x @param {number} y @param {number} half @returns {Box} */
function boxAround(x, y, half) {
  return [x - half - GAP, y - LINE / 2, x + half + GAP, y + LINE / 2];
}

/** @param {Box} box @param {L.Point} size @returns {boolean} */
function isInside(box, size) {
  return box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y;
}

/** @param {Box} box @param {Box[]} taken @returns {boolean} */
function isFree(box, taken) {
  return !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

/**
 * Return whether an area covers a place: a line from it to the east crosses the borders an odd number of times.
 *
 * @param {import("geojson").MultiPolygon} area @param {L.LatLng} place @returns {boolean}
 */
function covers(area, { lng, lat }) {
  return area.coordinates.flat().reduce((inside, ring) => {
    for (let i = 1; i < ring.length; i++) {
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = [ring[i - 1], ring[i]];
      if (y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
    }
    return inside;
  }, false);
}

/** Return the boxes of marks and the names beside them, as they stand after any movement. @param {L.Map} map @returns {Box[]} */
function markBoxes(map) {
  const shift = L.DomUtil.getPosition(/** @type {HTMLElement} */ (map.getPane("mapPane"))) ?? L.point(0, 0);
  const marks = /** @type {HTMLElement[]} */ ([...(map.getPane("markerPane")?.children ?? [])]);
  return marks.flatMap((mark) => {
    const at = L.DomUtil.getPosition(mark);
    if (!at) return [];
    const [x, y] = [at.x + shift.x + mark.offsetLeft, at.y + shift.y + mark.offsetTop];
    const named = /** @type {HTMLElement[]} */ ([...mark.querySelectorAll(".mark__name, span")]);
    const inside = named.map(
      (part) =>
        /** @type {Box} */ ([
          x + part.offsetLeft,
          y + part.offsetTop,
          x + part.offsetLeft + part.offsetWidth,
          y + part.offsetTop + part.offsetHeight,
        ]),
    );
    return [/** @type {Box} */ ([x, y, x + mark.offsetWidth, y + mark.offsetHeight]), ...inside];
  });
}
