/** Inhabited cells: pale within the chosen minutes, dark and patterned beyond them; those that no road reaches are hatched in black. */

import * as L from "leaflet";
import { minutesClass } from "#kit/classes.js";
import { canvasIn, token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").CellFeature} CellFeature */
const GRID = "#3d4144";
/** How the classes beyond the chosen minutes are drawn, the nearest first; the last is for all that follow. */
const BEYOND = /** @type {const} */ (["hatched", "crossed", "full"]);
const OUTLINE = "#2b1806";
const QUIET = 0.28;
/** Over tiles of a public map the cells let streets show through; over our own roads they need not. */
const OVER_TILES = 0.7;
const TILE = 6;
/** From this zoom on the grid is drawn; farther away its lines would darken the colours. */
const NEAR_ZOOM = 12.5;

/** The cells on one canvas. */
export class CoverageLayer {
  /** @param {L.Map} map @param {(cell: CellFeature, at: L.LatLng) => void} onOpen */
  constructor(map, onOpen) {
    this.map = map;
    this.onOpen = onOpen;
    this.renderer = canvasIn("cells");
    this.layer = L.layerGroup();
    /** @type {{cell: CellFeature, shape: L.Rectangle, fill: string, isOut: boolean}[]} */
    this.cells = [];
    /** @type {(cell: CellFeature) => {fill: string, isOut: boolean}} */
    this.fillOf = () => ({ fill: "", isOut: false });
    /** @type {number[]} */
    this.minutes = [];
    this.edge = 0;
    this.full = 1;
    this.quiet = false;
    this.near = map.getZoom() >= NEAR_ZOOM;
    map.on("zoomend", () => this.#restyle(this.quiet, map.getZoom() >= NEAR_ZOOM));
  }

  /** Draw the cells of a run. @param {CellFeature[]} cells @param {number[]} minutes @param {number} edge the chosen minutes */
  show(cells, minutes, edge) {
    this.layer.clearLayers();
    this.minutes = minutes;
    this.#choose(edge);
    this.cells = cells.map((cell) => {
      const { fill, isOut } = this.fillOf(cell);
      const shape = L.rectangle(boundsOf(cell), this.#style(fill, isOut));
      const drawn = { cell, shape, fill, isOut };
      shape.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        this.onOpen(drawn.cell, shape.getBounds().getCenter());
      });
      this.layer.addLayer(shape);
      return drawn;
    });
  }

  /** Let other minutes be the chosen ones. @param {number} edge */
  setEdge(edge) {
    if (edge === this.edge) return;
    this.#choose(edge);
    this.change(() => ({}));
  }

  /** @param {number} edge */
  #choose(edge) {
    this.edge = edge;
    const within = Math.max(this.minutes.indexOf(edge) + 1, 1);
    // Legend, swatches and bars say the same as the map.
    document.documentElement.dataset.beyond = String(within);
    const pale = this.minutes.map((_, index) => token(`--within-${Math.min(index + 1, 3)}`));
    const out = BEYOND.map((look, index) => pattern(look, token(`--beyond-${index + 1}`), token("--beyond-line")));
    const unreached = pattern("hatched", "#fff", "#1a1a1a", 1.4);
    this.fillOf = (cell) => {
      const step = minutesClass(cell.properties.travel_time_s, this.minutes);
      if (step === -1) return { fill: unreached, isOut: true };
      if (step < within) return { fill: pale[step] ?? "", isOut: false };
      return { fill: out[Math.min(step - within, out.length - 1)] ?? "", isOut: true };
    };
  }

  /**
   * Say something else of the cells that are drawn, in their order; only those of another colour are painted anew.
   *
   * @param {(cell: import("#kit/types.js").Cell, index: number) => Partial<import("#kit/types.js").Cell>} change
   */
  change(change) {
    for (const [index, drawn] of this.cells.entries()) {
      drawn.cell = { ...drawn.cell, properties: { ...drawn.cell.properties, ...change(drawn.cell.properties, index) } };
      const { fill, isOut } = this.fillOf(drawn.cell);
      if (fill === drawn.fill) continue;
      Object.assign(drawn, { fill, isOut });
      drawn.shape.setStyle(this.#style(fill, isOut));
    }
  }

  /** @param {string} fillColor @param {boolean} isOut @returns {L.PathOptions} */
  #style(fillColor, isOut) {
    const fillOpacity = this.quiet ? QUIET : this.full;
    // A rim in the cell's own colour closes the seam to its neighbour.
    const rim = isOut
      ? { color: OUTLINE, weight: this.near ? 1.5 : 0.8, opacity: this.quiet ? 0.25 : 1 }
      : this.near
        ? { color: GRID, weight: 0.5, opacity: this.quiet ? 0.15 : 0.35 }
        : { color: fillColor, weight: 0.6, opacity: fillOpacity };
    return { renderer: this.renderer, pane: "cells", fillColor, fillOpacity, ...rim };
  }

  /** Let the tiles of a public map show through, or not. @param {boolean} on */
  setOverTiles(on) {
    this.full = on ? OVER_TILES : 1;
    this.#restyle(this.quiet, this.near, true);
  }

  /** Step back behind another layer, or come forward. @param {boolean} quiet */
  setQuiet(quiet) {
    this.#restyle(quiet, this.near);
  }

  /** @param {boolean} quiet @param {boolean} near @param {boolean} [always] */
  #restyle(quiet, near, always = false) {
    if (quiet === this.quiet && near === this.near && !always) return;
    this.quiet = quiet;
    this.near = near;
    for (const { shape, fill, isOut } of this.cells) shape.setStyle(this.#style(fill, isOut));
  }

  /** @param {boolean} on */
  toggle(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
  }

  /** Return the middle of every cell. @returns {L.LatLng[]} */
  centres() {
    return this.cells.map(({ shape }) => shape.getBounds().getCenter());
  }

  /** Open the cell at a point of the map; return whether there is one. @param {L.LatLng} at @returns {boolean} */
  openAt(at) {
    const found = this.map.hasLayer(this.layer) && this.cells.find(({ shape }) => shape.getBounds().contains(at));
    if (!found) return false;
    this.onOpen(found.cell, found.shape.getBounds().getCenter());
    return true;
  }
}

/** @param {CellFeature} cell @returns {L.LatLngBounds} */
function boundsOf(cell) {
  const ring = /** @type {number[][]} */ (cell.geometry.coordinates[0]);
  const lons = ring.map((point) => /** @type {number} */ (point[0]));
  const lats = ring.map((point) => /** @type {number} */ (point[1]));
  return L.latLngBounds([Math.min(...lats), Math.min(...lons)], [Math.max(...lats), Math.max(...lons)]);
}

/**
 * Return a colour with lines on it, so that what is beyond is not told by its colour alone.
 *
 * @param {"hatched"|"crossed"|"full"} look @param {string} ground @param {string} line @param {number} [width]
 * @returns {any} what Leaflet hands on to the canvas as it is: a pattern, or the colour where a canvas cannot be had
 */
function pattern(look, ground, line, width = 1.2) {
  const tile = document.createElement("canvas");
  tile.width = TILE;
  tile.height = TILE;
  const pen = tile.getContext("2d");
  if (!pen || look === "full") return ground;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = line;
  pen.lineWidth = width;
  for (const shift of [-TILE, 0, TILE]) {
    pen.beginPath();
    pen.moveTo(shift, TILE);
    pen.lineTo(shift + TILE, 0);
    if (look === "crossed") {
      pen.moveTo(shift, 0);
      pen.lineTo(shift + TILE, TILE);
    }
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat") ?? ground;
}
