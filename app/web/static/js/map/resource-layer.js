/** Marks of resources and consultants: alone where there is room, else chips with a count; opened by click, touch or key. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { resourceEntry } from "#kit/resource-entry.js";
import { shortBase } from "#kit/words.js";
import { groupMarks, namedPins } from "#map/group-marks.js";
import { countsText, faceOfConsultants, faceOfPlace, faceOfPlaces, kindOf, sizeOfChip } from "#map/mark-faces.js";
import { latLng } from "#map/panes.js";
import { bySite } from "#map/sites.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {import("#kit/address.js").Selection} Selection */
/** @typedef {import("#map/mark-faces.js").Face} Face */
/** @typedef {import("#map/group-marks.js").Sizes} Sizes */
/**
 * @typedef {object} Page what the marks ask of it
 * @property {(selection: Selection) => void} onOpen
 * @property {(points: L.LatLng[]) => boolean} goNear come nearer to points; whether that is possible
 * @property {(at: L.LatLng, content: HTMLElement) => void} openBubble
 */

const CHOSEN_LEVEL = 2000;
const FAR_ZOOM = 12;
/** Pixels of a mark and of a pin; the style sheet draws them so. */
const FAR = { mark: 22, pin: /** @type {[number, number]} */ ([22, 28]) };
const NEAR = { mark: 28, pin: /** @type {[number, number]} */ ([28, 36]) };
const LIFT = 8;
const LETTER = 15;

/** Marks that share one tab stop: arrow keys walk from mark to mark. */
export class ResourceLayer {
  /** @param {L.Map} map @param {Page} page */
  constructor(map, page) {
    this.map = map;
    this.page = page;
    this.layer = L.layerGroup().addTo(map);
    /** @type {Map<string, {marker: L.Marker, node: HTMLElement, level: number}>} */
    this.marks = new Map();
    /** @type {[string, ResourceFeature[]][]} */
    this.sites = [];
    /** @type {ConsultantFeature[]} */
    this.consultants = [];
    /** @type {Selection|null} */
    this.chosen = null;
    map.on("zoomend", () => this.draw());
    this.#scale();
  }

  /** @param {ResourceFeature[]} resources @param {ConsultantFeature[]} consultants @param {Selection|null} chosen */
  show(resources, consultants, chosen) {
    this.sites = [...bySite(resources)];
    this.consultants = consultants.filter(({ geometry }) => geometry);
    this.chosen = chosen;
    this.draw();
  }

  /** Return where resources and consultants are. @returns {L.LatLng[]} */
  places() {
    return [...this.sites.map(([, features]) => placeOf(features[0])), ...this.consultants.map(placeOf)];
  }

  /** Draw all anew: what has room depends on the zoom. @param {number} [gap] pixels between marks, so that names find room */
  draw(gap) {
    this.#scale();
    const focused = [...this.marks].find(([, mark]) => mark.node === document.activeElement)?.[0];
    this.layer.clearLayers();
    this.marks.clear();
    const zoom = this.map.getZoom();
    const pixel = (/** @type {L.LatLng} */ at) => {
      const { x, y } = this.map.project(at, zoom);
      return /** @type {[number, number]} */ ([x, y]);
    };
    const places = this.sites.map(([, features]) => ({ at: pixel(placeOf(features[0])), kind: kindOf(features) }));
    const pins = this.consultants.map((feature) => pixel(placeOf(feature)));
    const sizes = { ...this.#sizes(), ...(gap ? { gap } : {}) };
    const drawn = groupMarks(places, pins, sizes);
    for (const group of drawn.groups) this.#addGroup(group.members, this.map.unproject(group.at, zoom));
    const named = namedPins(drawn, ({ members }) => this.#sizeOfName(members), sizes);
    for (const [index, pin] of drawn.pins.entries()) this.#addPin(pin.members, named[index] ?? false);
    this.choose(this.chosen);
    this.#setTabStop(focused ?? this.marks.keys().next().value ?? "");
    if (focused) this.marks.get(focused)?.node.focus({ preventScroll: true });
  }

  /** @returns {Sizes} */
  #sizes() {
    const { mark, pin } = this.#isFar() ? FAR : NEAR;
    return {
      group: (kind, members) => {
        const many = members.reduce((sum, index) => sum + (this.sites[index]?.[1].length ?? 0), 0);
        return many === 1 ? [mark, mark] : sizeOfChip(kind, many);
      },
      pin,
      lift: LIFT,
    };
  }

  /** @param {number[]} members @returns {[number, number]} */
  #sizeOfName(members) {
    const feature = members.length === 1 ? this.consultants[members[0] ?? -1] : undefined;
    return feature ? [shortBase(feature.properties.base).length * LETTER, LETTER * 1.4] : [0, 0];
  }

  /** @param {number[]} members @param {L.LatLng} middle */
  #addGroup(members, middle) {
    const sites = members.flatMap((index) => this.sites.slice(index, index + 1));
    const [first] = sites;
    if (!first) return;
    const features = sites.flatMap(([, here]) => here);
    const face = sites.length === 1 ? faceOfPlace(...first) : faceOfPlaces(features);
    const keys = sites.flatMap(([site, here]) => [
      `site:${site}`,
      ...here.map(({ properties }) => `resource:${properties.id}`),
    ]);
    this.#add(keys, middle, face, () => this.#comeNearer(features, middle));
  }

  /** @param {number[]} members @param {boolean} isNamed */
  #addPin(members, isNamed) {
    const consultants = members.flatMap((index) => this.consultants.slice(index, index + 1));
    const [first] = consultants;
    if (!first) return;
    const keys = consultants.map(({ properties }) => `consultant:${properties.id}`);
    const nearer = () => void this.page.goNear(consultants.map(placeOf));
    this.#add(keys, placeOf(first), faceOfConsultants(consultants, isNamed), nearer);
  }

  /** Come nearer until places part; list those that do not part even from the nearest. @param {ResourceFeature[]} features @param {L.LatLng} at */
  #comeNearer(features, at) {
    if (this.page.goNear(features.map(placeOf))) return;
    const open = (/** @type {ResourceFeature} */ feature) => () => {
      this.map.closePopup();
      this.page.onOpen({ type: "resource", id: String(feature.properties.id) });
    };
    const list = element(
      "div",
      { class: "site-list" },
      element("h2", {}, countsText(features)),
      features.map((feature) => resourceEntry(feature, open(feature))),
    );
    this.page.openBubble(at, list);
  }

  /** @param {string[]} keys @param {L.LatLng} at @param {Face} face @param {() => void} nearer */
  #add(keys, at, { className, content, label, tip, level, selection, many, size }, nearer) {
    const icon = L.divIcon({
      className,
      html: element("div", {}, content),
      iconSize: /** @type {any} */ (size ?? null),
    });
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
    node.dataset.many = String(many);
    node.tabIndex = -1;
    const open = () => {
      const key = [...this.marks].find(([, mark]) => mark.node === node)?.[0];
      if (key) this.#setTabStop(key);
      if (selection) this.page.onOpen(selection);
      else nearer();
    };
    marker.on("click", open);
    node.addEventListener("keydown", (event) => this.#onKey(event, node, open));
    for (const key of keys) this.marks.set(key, { marker, node, level });
  }

  /** Show which mark is chosen. @param {Selection|null} chosen */
  choose(chosen) {
    this.chosen = chosen;
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

  /** @param {KeyboardEvent} event @param {HTMLElement} node @param {() => void} open */
  #onKey(event, node, open) {
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    });
    const step = steps[event.key];
    if (event.key === "Enter" || event.key === " ") open();
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

  #isFar() {
    return this.map.getZoom() < FAR_ZOOM;
  }

  #scale() {
    this.map.getContainer().classList.toggle("map--far", this.#isFar());
  }
}

/** @param {{geometry: {coordinates: number[]}|null}|undefined} feature @returns {L.LatLng} */
function placeOf(feature) {
  return latLng(feature?.geometry?.coordinates ?? []);
}
