/** Choosing a stretch of road on the map: two places on a road, or a line of points; by hand, or with the middle of the map. */

import * as L from "leaflet";
import { latLng, token } from "./panes.js";

/** @typedef {[number, number]} Place lon, lat */

/** What is being drawn, and the listener for the map's clicks. */
export class SectionDrawing {
  /** @param {L.Map} map @param {(places: Place[]) => void} onChange */
  constructor(map, onChange) {
    this.map = map;
    this.onChange = onChange;
    this.layer = L.layerGroup().addTo(map);
    /** @type {Place[]} */
    this.places = [];
    this.isOn = false;
    map.on("click", (event) => this.isOn && this.#add(event.latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (this.isOn && event.key === "Enter" && event.target === map.getContainer()) this.addCentre();
    });
  }

  /** Begin with nothing. */
  start() {
    this.isOn = true;
    this.map.getContainer().classList.add("map--drawing");
    this.#change([]);
  }

  /** Stop listening; what is drawn is taken away. */
  stop() {
    this.isOn = false;
    this.map.getContainer().classList.remove("map--drawing");
    this.places = [];
    this.layer.clearLayers();
  }

  /** Take the middle of the map. */
  addCentre() {
    this.#add(this.map.getCenter());
  }

  /** Take the last place back. */
  undo() {
    this.#change(this.places.slice(0, -1));
  }

  /** @param {L.LatLng} at */
  #add(at) {
    this.#change([...this.places, [Number(at.lng.toFixed(6)), Number(at.lat.toFixed(6))]]);
  }

  /** @param {Place[]} places */
  #change(places) {
    this.places = places;
    this.#draw(places.length > 1 ? [places] : []);
    this.onChange(places);
  }

  /** Show the stretch that was found. @param {Place[][]} parts */
  show(parts) {
    this.#draw(parts);
  }

  /** @param {Place[][]} parts */
  #draw(parts) {
    this.layer.clearLayers();
    const lines = parts.map((part) => part.map(latLng));
    for (const [color, weight] of /** @type {[string, number][]} */ ([["#fff", 12], [token("--press"), 7]])) {
      L.polyline(lines, { color, weight, interactive: false, pane: "closures" }).addTo(this.layer);
    }
    for (const [index, place] of this.places.entries()) {
      const html = `<span>${index + 1}</span>`;
      const icon = L.divIcon({ className: "draw-point", html, iconSize: [26, 26] });
      L.marker(latLng(place), { icon, interactive: false, keyboard: false }).addTo(this.layer);
    }
  }
}
