/** Which names fit on the map without touching each other, the marks or what lies over the map. */

import * as L from "leaflet";
import { overlays } from "#map/overlays.js";

/**
 * @typedef {{at: L.LatLng, text: string, note?: string, style: string, size: number, from: number, until: number, within?: import("geojson").MultiPolygon}} Name
 *   `note`: a second line, left out where there is no room for it;
 *   `within`: where the middle of the name must lie, so that no district is taken for its neighbour
 */
/** @typedef {{name: Name, offset: [number, number], isNoted: boolean, isSmall: boolean}} Placed */
/** @typedef {import("#map/clear-view.js").Box} Box */

const GAP = 4;
const LINE = 22;
const NOTE_LINE = 20;
const NOTE_SIZE = 14;
/** Pixels between the places that are tried for the name of a district, and how many of them to each side. */
const STEP = 7;
const STEPS = 14;

/**
 * Return the names that find a free place, the first named first, each with its shift from its point in pixels, whether
 * it has to be small, and whether its note has room as well.
 *
 * @param {L.Map} map @param {Name[]} names
 * @returns {Placed[]}
 */
export function declutter(map, names) {
  const taken = [...markBoxes(map), ...overlays(map.getContainer(), 0)];
  const origin = /** @type {L.Point} */ (map.getPixelBounds().min);
  const size = map.getSize();
  /** @type {Map<Name, Placed & {box: Box}>} */
  const placed = new Map();
  const put = (/** @type {Name} */ name, /** @type {boolean} */ isNoted, isSmall = false) => {
    const before = placed.get(name);
    const others = before ? taken.filter((box) => box !== before.box) : taken;
    const point = map.project(name.at, map.getZoom()).subtract(origin);
    const half = halfOf(name, isNoted, isSmall);
    if (point.x < -half || point.y < 0 || point.x > size.x + half || point.y > size.y) return;
    const offset = shifts(name.style, half).find(([dx, dy]) => {
      const box = boxAround(point.x + dx, point.y + dy, half, isNoted);
      if (!isInside(box, size) || !isFree(box, others)) return false;
      return !name.within || covers(name.within, map.unproject(point.add(origin).add([dx, dy]), map.getZoom()));
    });
    if (!offset) return;
    const box = boxAround(point.x + offset[0], point.y + offset[1], half, isNoted);
    placed.set(name, { name, offset, isNoted, isSmall, box });
    taken.splice(0, taken.length, ...others, box);
  };
  // Districts first, then what is written below them, then all else.
  const districts = names.filter(({ style }) => style === "district");
  for (const name of districts) {
    put(name, false);
    if (!placed.has(name)) put(name, false, true);
  }
  for (const name of districts) if (name.note && placed.has(name)) put(name, true, placed.get(name)?.isSmall);
  for (const name of names) if (name.style !== "district") put(name, false);
  return [...placed.values()];
}

/** @param {Name} name @param {boolean} isNoted @param {boolean} isSmall @returns {number} */
function halfOf({ text, size, note = "" }, isNoted, isSmall) {
  return Math.max(text.length * (isSmall ? NOTE_SIZE : size), isNoted ? note.length * NOTE_SIZE : 0) / 2;
}

/** The places for the name of a district, the nearest first. @type {[number, number][]} */
const AROUND = [...Array(2 * STEPS + 1).keys()]
  .flatMap((x) =>
    [...Array(2 * STEPS + 1).keys()].map(
      (y) => /** @type {[number, number]} */ ([(x - STEPS) * STEP, (y - STEPS) * STEP]),
    ),
  )
  .sort((a, b) => Math.hypot(...a) - Math.hypot(...b));

/** @param {string} style @param {number} half @returns {[number, number][]} */
function shifts(style, half) {
  if (style === "district") return AROUND;
  return [
    [0, 0],
    [0, 24],
    [0, -24],
    [half + 16, 0],
    [-half - 16, 0],
  ];
}

/** @param {number} x @param {number} y @param {number} half @param {boolean} isNoted @returns {Box} */
function boxAround(x, y, half, isNoted) {
  const height = LINE + (isNoted ? NOTE_LINE : 0);
  return [x - half - GAP, y - height / 2, x + half + GAP, y + height / 2];
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
