/** The map as the page knows it: what to show goes in, what a person opened comes out. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import {
  addControls,
  createMap,
  drawDistricts,
  drawRoads,
  namesOfRoads,
  northArrow,
  writeNames,
} from "#map/base-map.js";
import { clearView } from "#map/clear-view.js";
import { CoverageLayer } from "#map/coverage-layer.js";
import { IsochroneLayer } from "#map/isochrone-layer.js";
import { overlays } from "#map/overlays.js";
import { latLng, token } from "#map/panes.js";
import { fitPaper } from "#map/paper.js";
import { openPopup } from "#map/popup.js";
import { ResourceLayer } from "#map/resource-layer.js";

/** @typedef {import("#kit/address.js").Selection} Selection */
/** @typedef {{lat: number, lon: number, zoom: number}} View */

const MARGIN = 12;
/** Room for the minutes that are written above an area. */
const AREA_MARGIN = 28;
const DISTRICT_ZOOM = 14;
/** Pixels between marks that are tried, one after the other, until every district is named. */
const GAPS = [6, 12, 18, 24, 36, 48];
/** A smaller step than this is not seen as coming nearer. */
const NEARER = 0.5;
/** So many points stand for the borders when the map looks for the view that hides least. */
const RIM_POINTS = 400;

/** One map with all its layers. */
export class MapView {
  /**
   * @param {HTMLElement} container
   * @param {[number, number, number, number]} bounds west, south, east, north
   * @param {{onOpen: (selection: Selection) => void, onMove: (view: View) => void,
   *   describeCell: (cell: import("#kit/types.js").CellFeature) => HTMLElement, hiddenBelow: () => number}} page
   */
  constructor(container, [west, south, east, north], page) {
    this.page = page;
    this.city = L.latLngBounds([south, west], [north, east]);
    this.map = createMap(container, this.city);
    addControls(this.map, () => this.showCity());
    this.cells = new CoverageLayer(this.map, (cell, at) => this.#openCell(cell, at));
    this.isochrones = new IsochroneLayer(this.map);
    this.marks = new ResourceLayer(this.map, {
      onOpen: page.onOpen,
      goNear: (points) => this.#goNear(points),
      openBubble: (at, content) => openPopup(this.map, at, content, { below: page.hiddenBelow(), maxHeight: 320 }),
    });
    this.accuracy = L.layerGroup().addTo(this.map);
    /** @type {import("#map/declutter.js").Name[]} */
    this.numbers = [];
    /** @type {(noted?: Map<string, string>) => number} */
    this.writeNames = () => 0;
    container.append(northArrow());
    container.addEventListener("keydown", (event) => {
      if (event.target === container && event.key === "Enter") this.cells.openAt(this.map.getCenter());
    });
    this.map.on("moveend", () => this.#tellView());
    this.#keepWishes();
    fitPaper(this.map, this.city);
  }

  /**
   * Draw land, borders and names.
   *
   * @param {import("#kit/types.js").DistrictFeature[]} districts
   * @param {import("#kit/types.js").PlaceFeature[]} places
   * @param {string} credit
   */
  drawLand(districts, places, credit) {
    drawDistricts(this.map, districts);
    this.writeNames = writeNames(this.map, districts, places, this.numbers);
    this.map.on("zoomend", () => this.#makeRoom());
    this.districts = new Map(districts.map((district) => [district.properties.name, district]));
    if (credit) this.map.attributionControl.addAttribution(element("span", {}, credit).outerHTML);
  }

  /** @param {import("#kit/types.js").Collection<import("#kit/types.js").RoadFeature>} roads */
  drawRoads(roads) {
    drawRoads(this.map, roads);
    this.numbers.push(...namesOfRoads(roads.numbers ?? []));
    this.writeNames();
  }

  /** Show tiles of a public map below our own, where a setting allows it. @param {string} url @param {string} credit */
  drawTiles(url, credit) {
    const attribution = element("span", {}, credit).outerHTML;
    L.tileLayer(url, { attribution, opacity: 0.6, maxNativeZoom: 18, zIndex: 1 }).addTo(this.map);
    this.setOverTiles(true);
  }

  /** Let what lies over the tiles of a public map make room for them, or take its place again. @param {boolean} on */
  setOverTiles(on) {
    for (const name of ["land", "outline", "veil"]) {
      const pane = this.map.getPane(name);
      if (pane) pane.style.display = on ? "none" : "";
    }
    this.cells.setOverTiles(on);
  }

  /**
   * Show marks; names of places step aside for them.
   *
   * @param {import("#kit/types.js").ResourceFeature[]} resources
   * @param {import("#kit/types.js").ConsultantFeature[]} consultants
   * @param {Selection|null} chosen
   */
  showMarks(resources, consultants, chosen) {
    this.marks.show(resources, consultants, chosen);
    this.#makeRoom();
  }

  /** Write the names; where a district finds no room for its own, let marks become fewer. */
  #makeRoom() {
    let missing = this.writeNames();
    for (const gap of GAPS) {
      if (!missing) return;
      this.marks.draw(gap);
      missing = this.writeNames();
    }
  }

  /** Write something below the names of districts. @param {Map<string, string>} notes by district */
  noteDistricts(notes) {
    this.writeNames(notes);
  }

  /** @param {import("#kit/types.js").IsochroneFeature[]} areas */
  showIsochrones(areas) {
    this.isochrones.show(areas);
    this.cells.setQuiet(true);
    const bounds = this.isochrones.bounds();
    this.map.getContainer().classList.add("map--reach");
    if (bounds) this.#fit(bounds, this.isochrones.corners(), { margin: AREA_MARGIN, air: AREA_MARGIN });
    this.writeNames();
  }

  clearIsochrones() {
    this.isochrones.clear();
    this.cells.setQuiet(false);
    this.map.getContainer().classList.remove("map--reach");
    this.writeNames();
  }

  /** Show how far a drawn point may be from the real place. @param {[number, number]|null} at @param {number|null} metres */
  showAccuracy(at, metres) {
    this.accuracy.clearLayers();
    if (!at || !metres) return;
    const style = { pane: "accuracy", interactive: false, fill: false, color: token("--ink"), weight: 2.5 };
    L.circle(latLng(at), { ...style, dashArray: "4 6", radius: metres }).addTo(this.accuracy);
  }

  /** @param {import("#kit/types.js").CellFeature} cell @param {L.LatLng} at */
  #openCell(cell, at) {
    openPopup(this.map, at, this.page.describeCell(cell), { below: this.page.hiddenBelow() });
  }

  /** Open a bubble at a place. @param {[number, number]} at @param {HTMLElement} content @param {L.PopupOptions} options */
  openBubble(at, content, options) {
    openPopup(this.map, latLng(at), content, { below: this.page.hiddenBelow(), ...options });
  }

  /** Show the whole city, so that as little as can be of what lives in it is under the boxes over the map. @param {boolean} [animate] */
  showCity(animate = true) {
    const borders = [...(this.districts?.values() ?? [])].flatMap(
      (district) => district.geometry?.coordinates.flat(2) ?? [],
    );
    const rim = borders.filter((_, index) => index % Math.ceil(borders.length / RIM_POINTS) === 0).map(latLng);
    this.#fit(this.city, [...this.cells.centres(), ...this.marks.places(), ...rim], { animate });
  }

  /** Show a district. @param {string} name */
  showDistrict(name) {
    const shape = this.districts?.get(name)?.geometry;
    if (!shape) return;
    const border = shape.coordinates.flat(2).map(latLng);
    this.#fit(L.latLngBounds(border), border, { maxZoom: DISTRICT_ZOOM });
  }

  /** Show points as large as they go together. @param {L.LatLng[]} points */
  showPoints(points) {
    if (points.length)
      this.#fit(L.latLngBounds(points), points, { margin: AREA_MARGIN, air: AREA_MARGIN, maxZoom: DISTRICT_ZOOM });
  }

  /** Come nearer to points until all of them just fit; return whether that is nearer. @param {L.LatLng[]} points @returns {boolean} */
  #goNear(points) {
    const before = this.map.getZoom();
    if (before > this.map.getMaxZoom() - NEARER) return false;
    const bounds = L.latLngBounds(points);
    if (this.map.getBoundsZoom(bounds) > before + NEARER) this.#fit(bounds, points, { margin: 48, air: 24 });
    else this.#go(bounds.getCenter(), before + 1, true);
    return true;
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
    if (nearer === this.map.getZoom() && this.#isOpen(point)) return;
    const centre = this.map.project(point, nearer).add([0, below / 2]);
    this.#go(this.map.unproject(centre, nearer), nearer, true);
  }

  /** Return whether a point is seen with air around it. @param {L.LatLng} at @returns {boolean} */
  #isOpen(at) {
    const air = 48;
    const { x, y } = this.map.latLngToContainerPoint(at);
    const size = this.map.getSize();
    const covered = overlays(this.map.getContainer(), this.page.hiddenBelow(), air).some(
      ([left, top, right, bottom]) => x > left && x < right && y > top && y < bottom,
    );
    return x > air && x < size.x - air && y > air && y < size.y - air && !covered;
  }

  /**
   * Show bounds as large as they go with the fewest points under what lies over the map.
   *
   * @param {L.LatLngBounds} bounds @param {L.LatLng[]} points
   * @param {{margin?: number, air?: number, maxZoom?: number, animate?: boolean}} [how] air: pixels free around each box
   */
  #fit(bounds, points, { margin = MARGIN, air = 4, maxZoom = this.map.getMaxZoom(), animate = true } = {}) {
    const pixel = /** @type {(at: L.LatLng) => [number, number]} */ (
      (at) => {
        const point = this.map.project(at, 0);
        return [point.x, point.y];
      }
    );
    const [left, top] = pixel(bounds.getNorthWest());
    const [right, bottom] = pixel(bounds.getSouthEast());
    const { x, y } = this.map.getSize();
    const boxes = overlays(this.map.getContainer(), this.page.hiddenBelow(), air);
    const { zoom, centre } = clearView({
      points: points.map(pixel),
      frame: [left, top, right, bottom],
      size: [x, y],
      boxes,
      margin,
      maxZoom,
    });
    this.#go(this.map.unproject(L.point(centre), 0), zoom, animate);
  }

  /** Move to a view, after a zoom that is going on. @param {L.LatLng} centre @param {number} zoom @param {boolean} animate */
  #go(centre, zoom, animate) {
    const go = () => void this.map.setView(centre, zoom, { animate: animate && this.#moves() });
    if (this.isZooming) this.nextGo = go;
    else go();
  }

  /** Leaflet drops a wish to move that comes while it is zooming: keep the last one until it is still. */
  #keepWishes() {
    this.isZooming = false;
    /** @type {(() => void)|null} */
    this.nextGo = null;
    this.map.on("zoomanim", () => {
      this.isZooming = true;
    });
    this.map.on("zoomend", () => {
      this.isZooming = false;
    });
    this.map.on("moveend", () => {
      const go = this.nextGo;
      this.nextGo = null;
      go?.();
    });
  }

  /** @returns {boolean} */
  #moves() {
    return !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  #tellView() {
    const centre = this.map.getCenter();
    this.page.onMove({ lat: centre.lat, lon: centre.lng, zoom: this.map.getZoom() });
  }
}
