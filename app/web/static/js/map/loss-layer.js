/** Who loses cover, the road that is cut, and the way round it. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { latLng, token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").CellFeature} CellFeature */
/** @typedef {import("#kit/types.js").CriticalRoad} CriticalRoad */

const LEVELS = /** @type {[string, number][]} */ ([
  ["lost", 232],
  ["round", 242],
  ["cut", 244],
]);
/** A stretch of a few metres is not seen from afar; its number is. */
const CUT = 7;
const ROUND = 5;
const CASING = 4;

/** Layers of one answer; the last one stays until the next. */
export class LossLayer {
  /** @param {L.Map} map @param {(index: number) => void} onRoad */
  constructor(map, onRoad) {
    this.map = map;
    this.onRoad = onRoad;
    this.layer = L.featureGroup().addTo(map);
    for (const [name, level] of LEVELS) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(level);
      pane.setAttribute("aria-hidden", "true");
    }
    /** @type {Record<string, L.Renderer>} */
    this.renderers = Object.fromEntries(LEVELS.map(([pane]) => [pane, L.svg({ pane, padding: 0.3 })]));
  }

  clear() {
    this.layer.clearLayers();
  }

  /** Draw the squares where people lose cover. @param {CellFeature[]} cells */
  addLost(cells) {
    const color = token("--lost");
    const style = { ...this.#in("lost"), color, weight: 1, opacity: 0.9, fillColor: color, fillOpacity: 0.6 };
    for (const cell of cells) {
      const ring = /** @type {number[][]} */ (cell.geometry.coordinates[0]);
      this.layer.addLayer(L.polygon(ring.map(latLng), style));
    }
  }

  /** Draw the worst roads with their numbers, and of the chosen one the way round. @param {CriticalRoad[]} roads @param {number} chosen -1: none */
  addRoads(roads, chosen) {
    for (const [index, road] of roads.entries()) {
      if (chosen !== -1 && index !== chosen) this.#number(road, index, true);
    }
    for (const [index, road] of roads.entries()) {
      if (chosen !== -1 && index !== chosen) continue;
      if (chosen !== -1 && road.detour)
        this.#line(road.detour.line, "round", ROUND, { dashArray: "10 7", lineCap: "butt" });
      this.#line(chosen === -1 ? road.line : road.worst_line, "cut", CUT, {});
      this.#number(road, index, false);
    }
  }

  /** Return where the drawn things lie. @returns {L.LatLng[]} */
  points() {
    const shapes = this.layer.getLayers().filter((shape) => shape instanceof L.Polyline);
    return shapes.flatMap((shape) => /** @type {L.LatLng[]} */ (/** @type {any[]} */ (shape.getLatLngs()).flat(2)));
  }

  /** @param {import("geojson").MultiLineString} shape @param {string} pane @param {number} weight @param {L.PathOptions} more */
  #line(shape, pane, weight, more) {
    const parts = shape.coordinates.map((part) => part.map(latLng));
    this.layer.addLayer(L.polyline(parts, { ...this.#in(pane), color: "#fff", weight: weight + CASING, opacity: 1 }));
    this.layer.addLayer(
      L.polyline(parts, { ...this.#in(pane), color: token(`--${pane}`), weight, opacity: 1, ...more }),
    );
  }

  /** @param {string} pane @returns {L.PathOptions} */
  #in(pane) {
    const renderer = this.renderers[pane];
    return { pane, interactive: false, ...(renderer ? { renderer } : {}) };
  }

  /** @param {CriticalRoad} road @param {number} index @param {boolean} isQuiet */
  #number(road, index, isQuiet) {
    const line = road.worst_line.coordinates[0] ?? [];
    const middle = line[Math.floor(line.length / 2)];
    if (!middle) return;
    const html = element("span", { class: "rank" }, String(index + 1));
    const icon = L.divIcon({ className: `rank-mark${isQuiet ? " is-quiet" : ""}`, html, iconSize: [0, 0] });
    const at = line.length === 2 ? between(latLng(line[0] ?? middle), latLng(middle)) : latLng(middle);
    const mark = L.marker(at, {
      icon,
      keyboard: false,
      zIndexOffset: isQuiet ? -100 : 1500,
      title: `${index + 1} ${road.title}`,
    });
    mark.on("click", () => this.onRoad(index));
    this.layer.addLayer(mark);
    // The table beside the map says and opens the same.
    mark.getElement()?.setAttribute("aria-hidden", "true");
  }
}

/** @param {L.LatLng} a @param {L.LatLng} b @returns {L.LatLng} */
function between(a, b) {
  return L.latLng((a.lat + b.lat) / 2, (a.lng + b.lng) / 2);
}
