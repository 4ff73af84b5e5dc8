/** Inhabited cells, coloured by the minutes until the nearest consultant arrives; unreached ones are hatched. */

import * as L from "leaflet";
import { minutesClass } from "#kit/classes.js";
import { canvasIn, token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").CellFeature} CellFeature */
const GRID = "#3d4144";
const QUIET = 0.28;
/** Over tiles of a public map the cells let streets show through; over our own roads they need not. */
const OVER_TILES = 0.7;
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
    /** @type {{cell: CellFeature, shape: L.Rectangle, fill: string, isHatched: boolean}[]} */
    this.cells = [];
    /** @type {(cell: CellFeature) => {fill: string, isHatched: boolean}} */
    this.fillOf = () => ({ fill: "", isHatched: false });
    this.full = 1;
    this.quiet = false;
    this.near = map.getZoom() >= NEAR_ZOOM;
    map.on("zoomend", () => this.#restyle(this.quiet, map.getZoom() >= NEAR_ZOOM));
  }

  /** Draw the cells of a run. @param {CellFeature[]} cells @param {number[]} minutes */
  show(cells, minutes) {
    this.layer.clearLayers();
    const fills = [
      ...minutes.map((_, index) => token(`--minutes-${index + 1}`)),
      token(`--minutes-${minutes.length + 1}`),
    ];
    const hatch = hatching();
    this.fillOf = (/** @type {CellFeature} */ cell) => {
      const step = minutesClass(cell.properties.travel_time_s, minutes);
      return { fill: /** @type {string} */ (step === -1 ? hatch : fills[step]), isHatched: step === -1 };
    };
    this.cells = cells.map((cell) => {
      const { fill, isHatched } = this.fillOf(cell);
      const shape = L.rectangle(boundsOf(cell), this.#style(fill, isHatched));
      const drawn = { cell, shape, fill, isHatched };
      shape.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        this.onOpen(drawn.cell, shape.getBounds().getCenter());
      });
      this.layer.addLayer(shape);
      return drawn;
    });
  }

  /**
   * Say something else of the cells that are drawn, in their order; only those of another colour are painted anew.
   *
   * @param {(cell: import("#kit/types.js").Cell, index: number) => Partial<import("#kit/types.js").Cell>} change
   */
  change(change) {
    for (const [index, drawn] of this.cells.entries()) {
      drawn.cell = { ...drawn.cell, properties: { ...drawn.cell.properties, ...change(drawn.cell.properties, index) } };
      const { fill, isHatched } = this.fillOf(drawn.cell);
      if (fill === drawn.fill) continue;
      Object.assign(drawn, { fill, isHatched });
      drawn.shape.setStyle(this.#style(fill, isHatched));
    }
  }

  /** @param {string} fillColor @param {boolean} isHatched @returns {L.PathOptions} */
  #style(fillColor, isHatched) {
    const fillOpacity = this.quiet ? QUIET : this.full;
    // A rim in the cell's own colour closes the seam to its neighbour.
    const rim =
      this.near || isHatched
        ? { color: GRID, weight: 0.5, opacity: this.quiet ? 0.25 : 0.6 }
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
    for (const { shape, fill, isHatched } of this.cells) shape.setStyle(this.#style(fill, isHatched));
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

/** Return black hatching on white: not a colour, so it cannot be read as a number of minutes. @returns {CanvasPattern|string} */
function hatching() {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext("2d");
  if (!pen) return "#fff";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = "#1a1a1a";
  pen.lineWidth = 1.4;
  for (const shift of [-6, 0, 6]) {
    pen.beginPath();
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
    pen.stroke();
  }
  return pen.createPattern(tile, "repeat") ?? "#fff";
}
