/** The map as the page knows it: what to show goes in, what a person opened comes out. */

import * as L from "leaflet";
import { element, fill } from "../element.js";
import { addControls, createMap, drawDistricts, drawRoads, northArrow, writeNames } from "./base-map.js";
import { CoverageLayer } from "./coverage-layer.js";
import { IsochroneLayer } from "./isochrone-layer.js";
import { latLng, token } from "./panes.js";
import { ResourceLayer } from "./resource-layer.js";

/** @typedef {import("../filters.js").Selection} Selection */
/** @typedef {{lat: number, lon: number, zoom: number}} View */

const RIGHT_CONTROLS = 72;

/** One map with all its layers. */
export class MapView {
  /**
   * @param {HTMLElement} container
   * @param {[number, number, number, number]} bounds west, south, east, north
   * @param {{onOpen: (selection: Selection) => void, onMove: (view: View) => void,
   *   describeCell: (cell: import("../types.js").CellFeature) => HTMLElement, hiddenBelow: () => number,
   *   hiddenBeside: () => number,
   *   hiddenAbove: () => number, legendBelow: () => number}} page
   */
  constructor(container, [west, south, east, north], page) {
    this.page = page;
    this.city = L.latLngBounds([south, west], [north, east]);
    this.map = createMap(container, this.city);
    addControls(this.map, () => this.showCity());
    this.cells = new CoverageLayer(this.map, (cell, at) => this.#openCell(cell, at));
    this.isochrones = new IsochroneLayer(this.map);
    this.marks = new ResourceLayer(this.map, page.onOpen);
    this.accuracy = L.layerGroup().addTo(this.map);
    this.writeNames = () => {};
    container.append(northArrow());
    container.addEventListener("keydown", (event) => {
      if (event.target === container && event.key === "Enter") this.cells.openAt(this.map.getCenter());
    });
    this.map.on("moveend", () => this.#tellView());
    this.#fitPaper();
  }

  /**
   * Draw the base map.
   *
   * @param {import("../types.js").DistrictFeature[]} districts
   * @param {import("../types.js").PlaceFeature[]} places
   * @param {import("../types.js").Collection<import("../types.js").RoadFeature>} roads
   * @param {string} credit
   */
  drawBase(districts, places, roads, credit) {
    drawDistricts(this.map, districts);
    drawRoads(this.map, roads);
    this.writeNames = writeNames(this.map, districts, places);
    this.districts = new Map(districts.map((district) => [district.properties.name, district]));
    this.map.attributionControl.addAttribution(element("span", {}, credit).outerHTML);
  }

  /** Show tiles of a public map below our own, where a setting allows it. @param {string} url @param {string} credit */
  drawTiles(url, credit) {
    const attribution = element("span", {}, credit).outerHTML;
    L.tileLayer(url, { attribution, opacity: 0.6, maxNativeZoom: 18, zIndex: 1 }).addTo(this.map);
    const land = this.map.getPane("land");
    if (land) land.style.display = "none";
  }

  /**
   * Show marks; names of places step aside for them.
   *
   * @param {import("../types.js").ResourceFeature[]} resources
   * @param {import("../types.js").ConsultantFeature[]} consultants
   * @param {Selection|null} chosen
   */
  showMarks(resources, consultants, chosen) {
    this.marks.show(resources, consultants, chosen);
    this.writeNames();
  }

  /** @param {import("../types.js").IsochroneFeature[]} areas */
  showIsochrones(areas) {
    this.isochrones.show(areas);
    this.cells.setQuiet(true);
    const bounds = this.isochrones.bounds();
    if (bounds && !this.#openBounds().contains(bounds)) this.#fit(bounds);
  }

  clearIsochrones() {
    this.isochrones.clear();
    this.cells.setQuiet(false);
  }

  /** Show how far a drawn point may be from the real place. @param {[number, number]|null} at @param {number|null} metres */
  showAccuracy(at, metres) {
    this.accuracy.clearLayers();
    if (!at || !metres) return;
    const style = { pane: "accuracy", interactive: false, color: token("--ink"), weight: 2, dashArray: "4 6", fill: false };
    L.circle(latLng(at), { ...style, radius: metres }).addTo(this.accuracy);
  }

  /** @param {import("../types.js").CellFeature} cell @param {L.LatLng} at */
  #openCell(cell, at) {
    const content = this.page.describeCell(cell);
    L.popup({ closeButton: false, maxWidth: 320, autoPanPadding: [16, 16] }).setLatLng(at).setContent(content).openOn(this.map);
    const live = document.getElementById("live");
    if (live) fill(live, content.textContent ?? "");
  }

  /** Show the whole city, moved aside as far as there is room for what lies over the map at the left. @param {boolean} [animate] */
  showCity(animate = true) {
    const size = this.map.getSize();
    const aside = this.page.hiddenBeside();
    const above = this.page.hiddenAbove();
    const below = this.page.hiddenBelow() + this.page.legendBelow();
    const zoom = this.map.getBoundsZoom(this.city, false, L.point(16, 16 + above + below));
    const width = this.map.project(this.city.getNorthEast(), zoom).x - this.map.project(this.city.getSouthWest(), zoom).x;
    const room = Math.max(0, (size.x - width) / 2 - RIGHT_CONTROLS);
    const shift = Math.min(aside / 2, room);
    const centre = this.map.project(this.city.getCenter(), zoom).add([-shift, (below - above) / 2]);
    this.map.setView(this.map.unproject(centre, zoom), zoom, { animate: animate && this.#moves() });
  }

  /** Show a district. @param {string} name */
  showDistrict(name) {
    const shape = this.districts?.get(name)?.geometry;
    if (shape) this.#fit(L.geoJSON(/** @type {any} */ (shape)).getBounds());
  }

  /** @param {View} view */
  setView({ lat, lon, zoom }) {
    this.map.setView([lat, lon], zoom, { animate: false });
  }

  /** Bring a point into the open part of the map. @param {[number, number]} at @param {number} [zoom] at least this near */
  goTo(at, zoom = 0) {
    const point = latLng(at);
    const below = this.page.hiddenBelow();
    const nearer = Math.max(this.map.getZoom(), zoom);
    const size = this.map.getSize();
    const seen = this.map.latLngToContainerPoint(point);
    const open = seen.x > 48 && seen.x < size.x - 48 && seen.y > 64 && seen.y < size.y - below - 48;
    if (open && nearer === this.map.getZoom()) return;
    const centre = this.map.project(point, nearer).add([0, below / 2]);
    this.map.setView(this.map.unproject(centre, nearer), nearer, { animate: this.#moves() });
  }

  /** @param {L.LatLngBounds} bounds @param {boolean} [animate] */
  #fit(bounds, animate = true) {
    const below = this.page.hiddenBelow();
    this.map.fitBounds(bounds, {
      paddingTopLeft: [12, 12], paddingBottomRight: [12, 12 + below], animate: animate && this.#moves(),
    });
  }

  /** Return what of the map is not under the sheet. @returns {L.LatLngBounds} */
  #openBounds() {
    const size = this.map.getSize();
    const corner = this.map.containerPointToLatLng([size.x, size.y - this.page.hiddenBelow()]);
    return L.latLngBounds(this.map.containerPointToLatLng([0, 0]), corner);
  }

  /** @returns {boolean} */
  #moves() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  #tellView() {
    const centre = this.map.getCenter();
    this.page.onMove({ lat: centre.lat, lon: centre.lng, zoom: this.map.getZoom() });
  }

  /** Draw the map anew at the size that it has on paper, and back. */
  #fitPaper() {
    /** @type {{centre: L.LatLng, zoom: number}|null} */
    let before = null;
    window.addEventListener("beforeprint", () => {
      const bounds = this.map.getBounds();
      before = { centre: this.map.getCenter(), zoom: this.map.getZoom() };
      document.documentElement.classList.add("paper");
      this.map.invalidateSize({ animate: false });
      this.map.fitBounds(bounds.contains(this.city) ? this.city : bounds, { animate: false });
      this.map.eachLayer((layer) => layer instanceof L.Canvas && drawNow(layer));
    });
    window.addEventListener("afterprint", () => {
      document.documentElement.classList.remove("paper");
      this.map.invalidateSize({ animate: false });
      if (before) this.map.setView(before.centre, before.zoom, { animate: false });
    });
  }
}

/**
 * Draw a canvas at once, for it waits for the next frame and paper does not; the pixels are put back as an image, for the
 * browser leaves long lists of strokes out of a print.
 *
 * @param {any} renderer
 */
function drawNow(renderer) {
  renderer._redraw();
  const { width, height } = renderer._container;
  renderer._ctx.putImageData(renderer._ctx.getImageData(0, 0, width, height), 0, 0);
}
