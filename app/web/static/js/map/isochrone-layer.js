/** How far one consultant comes within 10, 20 and 30 minutes. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").IsochroneFeature} IsochroneFeature */
const DASHES = ["", "9 5", "2 5"];
/** Farther away than this, thick rims would hide what they enclose. */
const THIN_ZOOM = 10.6;

/** Nested areas with their minutes written on the rim. */
export class IsochroneLayer {
  /** @param {L.Map} map */
  constructor(map) {
    this.map = map;
    this.fills = L.svg({ pane: "isochrones", padding: 0.5 });
    this.rims = L.svg({ pane: "rims", padding: 0.5 });
    this.layer = L.featureGroup().addTo(map);
    /** @type {L.GeoJSON[]} */
    this.lines = [];
    map.on("zoomend", () => this.#widen());
  }

  /** Draw the areas of a consultant, the largest below. @param {IsochroneFeature[]} features */
  show(features) {
    this.clear();
    const sorted = features
      .filter((item) => item.geometry)
      .toSorted((a, b) => b.properties.minutes - a.properties.minutes);
    for (const [index, feature] of sorted.entries()) {
      const step = sorted.length - index;
      // The pane of the fills is half transparent as a whole, so that nested areas do not mix their colours.
      this.#draw(feature, {
        renderer: this.fills,
        stroke: false,
        fillColor: token(`--area-${step}`),
        fillOpacity: 1,
      });
      const area = this.#draw(feature, {
        renderer: this.rims,
        fill: false,
        color: token("--ink"),
        dashArray: DASHES[step - 1] ?? "",
      });
      this.lines.push(area);
      this.layer.addLayer(this.#name(area, `${feature.properties.minutes}分`));
    }
    this.#widen();
  }

  #widen() {
    const weight = this.map.getZoom() < THIN_ZOOM ? 1.25 : 2.5;
    for (const line of this.lines) line.setStyle({ weight });
  }

  /** @param {IsochroneFeature} feature @param {L.PathOptions} style @returns {L.GeoJSON} */
  #draw(feature, style) {
    const area = L.geoJSON(/** @type {any} */ (feature), { style: () => ({ ...style, interactive: false }) });
    this.layer.addLayer(area);
    return area;
  }

  /** Write the minutes at the northern end of an area. @param {L.GeoJSON} area @param {string} text @returns {L.Marker} */
  #name(area, text) {
    /** @type {L.LatLng|null} */
    let top = null;
    area.eachLayer((part) => {
      const points = /** @type {L.LatLng[]} */ (/** @type {L.Polygon} */ (part).getLatLngs().flat(3));
      for (const point of points) if (!top || point.lat > top.lat) top = point;
    });
    const icon = L.divIcon({
      className: "label label--minutes",
      html: element("span", {}, text),
      iconSize: [0, 0],
      iconAnchor: [0, 14],
    });
    return L.marker(top ?? this.map.getCenter(), { icon, zIndexOffset: 900, interactive: false, keyboard: false });
  }

  /** Return the corners of the areas. @returns {L.LatLng[]} */
  corners() {
    const areas = this.layer
      .getLayers()
      .filter((layer) => layer instanceof L.GeoJSON)
      .flatMap((area) => area.getLayers());
    return areas.flatMap((part) => /** @type {L.LatLng[]} */ (/** @type {L.Polygon} */ (part).getLatLngs().flat(3)));
  }

  clear() {
    this.lines = [];
    this.layer.clearLayers();
  }

  /** Return the bounds of what is drawn, or null. @returns {L.LatLngBounds|null} */
  bounds() {
    const bounds = this.layer.getBounds();
    return bounds.isValid() ? bounds : null;
  }
}
