/** Inhabited cells, coloured by the minutes until the nearest consultant arrives; unreached ones are hatched. */

import * as L from "leaflet";
import { minutesClass } from "../filters.js";
import { canvasIn, token } from "./panes.js";

/** @typedef {import("../types.js").CellFeature} CellFeature */
const STROKE = "#3d4144";
const QUIET = 0.28;
const FULL = 0.9;
/** From this zoom on, streets and names show through. */
const NEAR_ZOOM = 13;
const NEAR = 0.72;

/** The cells on one canvas. */
export class CoverageLayer {
  /** @param {L.Map} map @param {(cell: CellFeature, at: L.LatLng) => void} onOpen */
  constructor(map, onOpen) {
    this.map = map;
    this.onOpen = onOpen;
    this.renderer = canvasIn("cells");
    this.layer = L.layerGroup();
    /** @type {{cell: CellFeature, shape: L.Rectangle}[]} */
    this.cells = [];
    this.quiet = false;
    this.near = map.getZoom() >= NEAR_ZOOM;
    map.on("zoomend", () => this.#restyle(this.quiet, map.getZoom() >= NEAR_ZOOM));
  }

  /** Draw the cells of a run. @param {CellFeature[]} cells @param {number[]} minutes */
  show(cells, minutes) {
    this.layer.clearLayers();
    const fills = [...minutes.map((_, index) => token(`--minutes-${index + 1}`)), token(`--minutes-${minutes.length + 1}`)];
    const hatch = hatching();
    this.cells = cells.map((cell) => {
      const step = minutesClass(cell.properties.travel_time_s, minutes);
      const fillColor = /** @type {string} */ (step === -1 ? hatch : fills[step]);
      const shape = L.rectangle(boundsOf(cell), { ...this.#style(), fillColor });
      shape.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        this.onOpen(cell, shape.getBounds().getCenter());
      });
      this.layer.addLayer(shape);
      return { cell, shape };
    });
  }

  /** @returns {L.PathOptions} */
  #style() {
    const opacity = this.quiet ? QUIET : this.near ? NEAR : FULL;
    return { renderer: this.renderer, pane: "cells", color: STROKE, weight: 0.5, opacity: this.quiet ? 0.25 : 0.6, fillOpacity: opacity };
  }

  /** Step back behind another layer, or come forward. @param {boolean} quiet */
  setQuiet(quiet) {
    this.#restyle(quiet, this.near);
  }

  /** @param {boolean} quiet @param {boolean} near */
  #restyle(quiet, near) {
    if (quiet === this.quiet && near === this.near) return;
    this.quiet = quiet;
    this.near = near;
    for (const { shape } of this.cells) shape.setStyle(this.#style());
  }

  /** @param {boolean} on */
  toggle(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
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
