/** Cells that come within reach, fall out of it or stay as they were: each kind a pattern of its own, also in grey. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { canvasIn, latLng, token } from "#map/panes.js";
import { openPopup } from "#map/popup.js";

/** @typedef {import("#kit/scenario-types.js").ComparedCell} ComparedCell */
/** @typedef {import("#kit/scenario-types.js").ComparedKind} ComparedKind */

const TILE = 8;
/** From this zoom on every square has a rim; farther away rims would hide the patterns. */
const NEAR_ZOOM = 12.5;

/** The cells of one comparison and the places of its new posts. */
export class ComparisonLayer {
  /** @param {L.Map} map @param {(cell: ComparedCell) => HTMLElement} describe */
  constructor(map, describe) {
    this.map = map;
    this.describe = describe;
    this.renderer = canvasIn("cells");
    this.cells = L.layerGroup().addTo(map);
    this.posts = L.layerGroup().addTo(map);
    /** @type {Record<ComparedKind, string|CanvasPattern>} */
    this.fills = { gained: token("--gained"), lost: hatched(), kept: token("--kept"), out: dotted() };
    /** @type {{shape: L.Polygon, kind: ComparedKind}[]} */
    this.shapes = [];
    map.on("zoomend", () => {
      for (const { shape, kind } of this.shapes) shape.setStyle(this.#rim(kind));
    });
  }

  /** @param {ComparedCell[]} cells */
  show(cells) {
    this.cells.clearLayers();
    // What changes lies over what does not.
    const order = ["out", "kept", "lost", "gained"];
    const sorted = cells.toSorted((a, b) => order.indexOf(a.properties.kind) - order.indexOf(b.properties.kind));
    this.shapes = sorted.map((cell) => {
      const { kind } = cell.properties;
      const ring = /** @type {number[][]} */ (cell.geometry.coordinates[0]);
      const fillColor = /** @type {string} */ (this.fills[kind]);
      const shape = L.polygon(ring.map(latLng), {
        renderer: this.renderer,
        pane: "cells",
        fillColor,
        fillOpacity: 1,
        ...this.#rim(kind),
      });
      shape.on("click", () => this.#open(cell, shape.getBounds().getCenter()));
      this.cells.addLayer(shape);
      return { shape, kind };
    });
  }

  /** @param {ComparedKind} kind @returns {L.PathOptions} */
  #rim(kind) {
    const changes = kind === "gained" || kind === "lost";
    if (changes) return { color: token("--ink"), weight: this.map.getZoom() < NEAR_ZOOM ? 0.7 : 1.2, opacity: 1 };
    if (this.map.getZoom() >= NEAR_ZOOM) return { color: "#6b7075", weight: 0.5, opacity: 0.8 };
    return kind === "kept"
      ? { color: token("--kept"), weight: 0.6, opacity: 1 }
      : { color: "#8b9095", weight: 0.4, opacity: 0.9 };
  }

  /** Mark the places of new posts by name. @param {{name: string, at: [number, number], style: "after"|"before"|"both"}[]} posts */
  showPosts(posts) {
    this.posts.clearLayers();
    for (const { name, at, style } of posts) {
      const html = element("span", { class: `post post--${style}` }, name);
      const icon = L.divIcon({ className: "post-mark", html, iconSize: [0, 0] });
      this.posts.addLayer(L.marker(latLng(at), { icon, keyboard: false, interactive: false, zIndexOffset: 2000 }));
    }
  }

  clear() {
    this.show([]);
    this.showPosts([]);
  }

  /** Open the cell in the middle of the map; return whether there is one. @returns {boolean} */
  openAtCentre() {
    const at = this.map.getCenter();
    const found = this.shapes.find(({ shape }) => shape.getBounds().contains(at));
    found?.shape.fire("click");
    return Boolean(found);
  }

  /** @param {ComparedCell} cell @param {L.LatLng} at */
  #open(cell, at) {
    const content = this.describe(cell);
    openPopup(this.map, at, content, { maxWidth: 300 });
  }
}

/** @param {(pen: CanvasRenderingContext2D) => void} draw @returns {CanvasPattern|string} */
function pattern(draw) {
  const tile = document.createElement("canvas");
  tile.width = TILE;
  tile.height = TILE;
  const pen = tile.getContext("2d");
  if (!pen) return "#fff";
  draw(pen);
  return pen.createPattern(tile, "repeat") ?? "#fff";
}

/** Return thick black stripes on light ground. @returns {CanvasPattern|string} */
function hatched() {
  return pattern((pen) => {
    pen.fillStyle = token("--lost-ground");
    pen.fillRect(0, 0, TILE, TILE);
    pen.strokeStyle = "#1a1a1a";
    pen.lineWidth = 2.2;
    for (const shift of [-TILE, 0, TILE]) {
      pen.beginPath();
      pen.moveTo(shift, TILE);
      pen.lineTo(shift + TILE, 0);
      pen.stroke();
    }
  });
}

/** Return white with small grey dots. @returns {CanvasPattern|string} */
function dotted() {
  return pattern((pen) => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, TILE, TILE);
    pen.fillStyle = "#767b80";
    pen.fillRect(1, 1, 1.6, 1.6);
    pen.fillRect(5, 5, 1.6, 1.6);
  });
}
