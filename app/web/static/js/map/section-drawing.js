/** Choosing a stretch of road on the map: two places on a road, or a line of points; by hand, or with the middle of the map. */

import * as L from "leaflet";
import { Undo } from "#kit/undo.js";
import { latLng, token } from "#map/panes.js";

/** @typedef {[number, number]} Place lon, lat */

/** What is being drawn, and the listener for the map's clicks. */
export class SectionDrawing {
  /** @param {L.Map} map @param {(places: Place[]) => void} onChange */
  constructor(map, onChange) {
    this.map = map;
    this.onChange = onChange;
    this.layer = L.layerGroup().addTo(map);
    /** @type {Undo<Place[]>} */
    this.steps = new Undo(/** @type {Place[]} */ ([]));
    this.isOn = false;
    map.on("click", (event) => this.isOn && this.#add(event.latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (this.isOn && event.key === "Enter" && event.target === map.getContainer()) this.addCentre();
    });
  }

  /** What is chosen so far. @returns {Place[]} */
  get places() {
    return this.steps.state;
  }

  /** Begin with nothing. */
  start() {
    this.isOn = true;
    this.map.getContainer().classList.add("map--drawing");
    this.#forget();
    this.#changed();
  }

  /** Stop listening; what is drawn is taken away. */
  stop() {
    this.isOn = false;
    this.map.getContainer().classList.remove("map--drawing");
    this.#forget();
    this.layer.clearLayers();
  }

  #forget() {
    this.steps = new Undo(/** @type {Place[]} */ ([]));
  }

  /** Take the middle of the map. */
  addCentre() {
    this.#add(this.map.getCenter());
  }

  /** Take the last step back. */
  undo() {
    this.steps.undo();
    this.#changed();
  }

  /** Take it again. */
  redo() {
    this.steps.redo();
    this.#changed();
  }

  /** @param {L.LatLng} at */
  #add(at) {
    this.steps.did([...this.places, [Number(at.lng.toFixed(6)), Number(at.lat.toFixed(6))]]);
    this.#changed();
  }

  #changed() {
    const { places } = this;
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
    for (const [color, weight] of /** @type {[string, number][]} */ ([
      ["#fff", 12],
      [token("--press"), 7],
    ])) {
      L.polyline(lines, { color, weight, interactive: false, pane: "closures" }).addTo(this.layer);
    }
    for (const [index, place] of this.places.entries()) {
      const html = `<span>${index + 1}</span>`;
      const icon = L.divIcon({ className: "draw-point", html, iconSize: [26, 26] });
      L.marker(latLng(place), { icon, interactive: false, keyboard: false }).addTo(this.layer);
    }
  }
}
