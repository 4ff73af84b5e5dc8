/** Marks of resources and consultants: one per place, opened by click, touch or key. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";
import { kindTitle, shortBase } from "#kit/words.js";
import { latLng } from "#map/panes.js";
import { bySite } from "#map/sites.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {import("#kit/address.js").Selection} Selection */

const CHOSEN_LEVEL = 2000;

/** Marks that share one tab stop: arrow keys walk from mark to mark. */
export class ResourceLayer {
  /** @param {L.Map} map @param {(selection: Selection) => void} onOpen */
  constructor(map, onOpen) {
    this.map = map;
    this.onOpen = onOpen;
    this.layer = L.layerGroup().addTo(map);
    /** @type {Map<string, {marker: L.Marker, node: HTMLElement, level: number}>} */
    this.marks = new Map();
    map.on("zoomend", () => this.#scale());
    this.#scale();
  }

  /** @param {ResourceFeature[]} resources @param {ConsultantFeature[]} consultants @param {Selection|null} chosen */
  show(resources, consultants, chosen) {
    const focused = [...this.marks].find(([, mark]) => mark.node === document.activeElement)?.[0];
    this.layer.clearLayers();
    this.marks.clear();
    for (const [site, features] of bySite(resources)) this.#addSite(site, features);
    for (const feature of consultants) this.#addConsultant(feature);
    this.choose(chosen);
    this.#setTabStop(focused ?? this.marks.keys().next().value ?? "");
    if (focused) this.marks.get(focused)?.node.focus();
  }

  /** Return where marks stand. @returns {L.LatLng[]} */
  places() {
    return [...new Set(this.marks.values())].map((mark) => mark.marker.getLatLng());
  }

  /** @param {string} site @param {ResourceFeature[]} features */
  #addSite(site, features) {
    const first = /** @type {ResourceFeature} */ (features[0]);
    const single = features.length === 1;
    const kinds = new Set(features.map((feature) => feature.properties.kind));
    const kind = kinds.size === 1 ? first.properties.kind : "several";
    const drawn = kind === "several" ? symbol(kind, String(features.length)) : symbol(kind);
    const badge =
      !single && kind !== "several" && element("span", { class: "mark__count", "data-count": features.length });
    const label = single
      ? `${kindTitle(kind)} ${first.properties.name}`
      : `${kind === "several" ? "" : `${kindTitle(kind)} `}この場所の${features.length}件: ${features.map((feature) => feature.properties.name).join("、")}`;
    const tip = single ? first.properties.name : `${first.properties.name} ほか${features.length - 1}件`;
    /** @type {Selection} */
    const selection = single ? { type: "resource", id: String(first.properties.id) } : { type: "site", id: site };
    const keys = features.map((feature) => `resource:${feature.properties.id}`);
    const at = latLng(/** @type {import("#kit/types.js").Point} */ (first.geometry).coordinates);
    const level = kind === "centre" ? 300 : single ? 0 : 200;
    this.#add([`site:${site}`, ...keys], at, {
      className: `mark mark--${kind}`,
      content: [drawn, badge],
      label,
      tip,
      level,
      selection,
    });
  }

  /** @param {ConsultantFeature} feature */
  #addConsultant({ geometry, properties }) {
    if (!geometry) return;
    const name = element("span", { class: "mark__name" }, shortBase(properties.base));
    const label = `丸ごと相談員 ${properties.base}${properties.is_assumed ? "(仮定)" : ""}`;
    /** @type {Selection} */
    const selection = { type: "consultant", id: properties.id };
    this.#add([`consultant:${properties.id}`], latLng(geometry.coordinates), {
      className: "mark mark--consultant",
      content: [symbol("consultant"), name],
      label,
      tip: label,
      level: 1000,
      selection,
    });
  }

  /**
   * @param {string[]} keys @param {L.LatLng} at
   * @param {{className: string, content: (Node|false)[], label: string, tip: string, level: number, selection: Selection}} mark
   */
  #add(keys, at, { className, content, label, tip, level, selection }) {
    const icon = L.divIcon({ className, html: element("div", {}, content), iconSize: /** @type {any} */ (null) });
    const marker = L.marker(at, {
      icon,
      keyboard: false,
      zIndexOffset: level,
      riseOnHover: true,
      bubblingMouseEvents: false,
    });
    marker.bindTooltip(tip, {
      className: "tip",
      direction: "top",
      offset: [0, className.includes("consultant") ? -40 : -12],
    });
    marker.addTo(this.layer);
    const node = /** @type {HTMLElement} */ (marker.getElement());
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", label);
    node.tabIndex = -1;
    marker.on("click", () => this.#open(node, selection));
    node.addEventListener("keydown", (event) => this.#onKey(event, node, selection));
    for (const key of keys) this.marks.set(key, { marker, node, level });
  }

  /** @param {HTMLElement} node @param {Selection} selection */
  #open(node, selection) {
    const key = [...this.marks].find(([, mark]) => mark.node === node)?.[0];
    if (key) this.#setTabStop(key);
    this.onOpen(selection);
  }

  /** Show which mark is chosen. @param {Selection|null} chosen */
  choose(chosen) {
    const wanted = chosen && this.marks.get(`${chosen.type}:${chosen.id}`);
    for (const { node } of this.marks.values()) node.classList.remove("is-chosen");
    for (const { marker, level } of this.marks.values()) marker.setZIndexOffset(level);
    if (!wanted) return;
    wanted.node.classList.add("is-chosen");
    wanted.marker.setZIndexOffset(CHOSEN_LEVEL);
  }

  /** Put the keyboard on the mark of a selection; return whether there is one. @param {Selection} selection @returns {boolean} */
  focus(selection) {
    const key = `${selection.type}:${selection.id}`;
    const mark = this.marks.get(key);
    if (!mark) return false;
    this.#setTabStop(key);
    mark.node.focus();
    return true;
  }

  /** @param {string} key */
  #setTabStop(key) {
    const chosen = this.marks.get(key)?.node;
    for (const { node } of this.marks.values()) node.tabIndex = node === chosen ? 0 : -1;
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} node @param {Selection} selection */
  #onKey(event, node, selection) {
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    });
    const step = steps[event.key];
    if (event.key === "Enter" || event.key === " ") this.#open(node, selection);
    else if (event.key === "Escape") this.map.getContainer().focus();
    else if (step) this.#walk(node, step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Go to the nearest mark in a direction. @param {HTMLElement} node @param {[number, number]} step */
  #walk(node, [dx, dy]) {
    const here = [...this.marks.values()].find((mark) => mark.node === node)?.marker.getLatLng();
    if (!here) return;
    const from = this.map.latLngToContainerPoint(here);
    let best = { key: "", far: Infinity };
    for (const [key, mark] of this.marks) {
      if (mark.node === node) continue;
      const to = this.map.latLngToContainerPoint(mark.marker.getLatLng()).subtract(from);
      const along = to.x * dx + to.y * dy;
      const aside = Math.abs(to.x * dy) + Math.abs(to.y * dx);
      const far = along + 2 * aside;
      const same =
        along === 0 && aside === 0 && dy !== 0 && dy < 0 === mark.node.classList.contains("mark--consultant");
      if ((same || (along > 0 && aside <= 2 * along)) && far < best.far) best = { key, far };
    }
    const found = this.marks.get(best.key);
    if (!found) return;
    this.#setTabStop(best.key);
    found.node.focus({ preventScroll: true });
    if (!this.map.getBounds().pad(-0.05).contains(found.marker.getLatLng()))
      this.map.panTo(found.marker.getLatLng(), { animate: false });
  }

  #scale() {
    this.map.getContainer().classList.toggle("map--far", this.map.getZoom() < 12);
  }
}
