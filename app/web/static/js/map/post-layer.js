/** Consultants that can be put somewhere else: by hand, by finger, or by the arrow keys on their mark. */

import * as L from "leaflet";
import { element } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";
import { REASONS, shortBase } from "#kit/words.js";
import { latLng, token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").Spot} Spot */
/** @typedef {{id: string, base: string, at: Spot|null, from: Spot|null, state: "same"|"moved"|"added", isOff: boolean}} Post */

const STEP_PX = 16;
const LONG_STEP_PX = 80;
const LEVEL = 1000;
const WORDS = { same: "", moved: "、移した場所", added: "、増やした相談員" };

/** Marks that are dragged, each with a line to where it is today. */
export class PostLayer {
  /**
   * @param {L.Map} map
   * @param {{onDrag: (id: string, at: Spot) => void, onDrop: (id: string, at: Spot) => void, onChoose: (id: string) => void}} page
   */
  constructor(map, page) {
    this.map = map;
    this.page = page;
    this.ways = L.layerGroup().addTo(map);
    /** @type {Map<string, {marker: L.Marker, post: Post, isHeld: boolean}>} */
    this.marks = new Map();
  }

  /** Show where consultants are; a mark that a hand holds stays under the hand. @param {Post[]} posts @param {string|null} chosen */
  show(posts, chosen) {
    const wanted = new Map(posts.filter((post) => post.at).map((post) => [post.id, post]));
    for (const [id, { marker }] of this.marks) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.marks.delete(id);
    }
    for (const post of wanted.values()) this.#put(post, post.id === chosen);
    this.#drawWays();
  }

  /** @param {Post} post @param {boolean} isChosen */
  #put(post, isChosen) {
    const at = latLng(/** @type {Spot} */ (post.at));
    const mark = this.marks.get(post.id) ?? this.#make(post, at);
    mark.post = post;
    if (!mark.isHeld) mark.marker.setLatLng(at);
    const node = /** @type {HTMLElement} */ (mark.marker.getElement());
    node.classList.toggle("is-chosen", isChosen);
    for (const state of ["moved", "added"]) node.classList.toggle(`post--${state}`, post.state === state);
    node.classList.toggle("post--off", post.isOff);
    node.setAttribute("aria-pressed", String(isChosen));
    node.setAttribute(
      "aria-label",
      `丸ごと相談員 ${post.base}${WORDS[post.state]}${post.isOff ? `、${REASONS.off_network}` : ""}。矢印キーで動かせます`,
    );
    mark.marker.setZIndexOffset(isChosen ? 2 * LEVEL : LEVEL);
  }

  /** @param {Post} post @param {L.LatLng} at @returns {{marker: L.Marker, post: Post, isHeld: boolean}} */
  #make(post, at) {
    const name = element("span", { class: "mark__name" }, shortBase(post.base));
    const icon = L.divIcon({
      className: "mark mark--consultant post",
      html: element("div", {}, symbol("consultant"), name),
      iconSize: /** @type {any} */ (null),
    });
    const marker = L.marker(at, {
      icon,
      draggable: true,
      keyboard: false,
      autoPan: true,
      zIndexOffset: LEVEL,
      bubblingMouseEvents: false,
    });
    const mark = { marker, post, isHeld: false };
    this.marks.set(post.id, mark);
    marker.addTo(this.map);
    const spot = () => /** @type {Spot} */ ([marker.getLatLng().lng, marker.getLatLng().lat]);
    marker.on("dragstart", () => {
      mark.isHeld = true;
      this.page.onChoose(mark.post.id);
    });
    marker.on("drag", () => {
      this.#drawWays();
      this.page.onDrag(mark.post.id, spot());
    });
    marker.on("dragend", () => {
      mark.isHeld = false;
      this.page.onDrop(mark.post.id, spot());
    });
    marker.on("click", () => this.page.onChoose(mark.post.id));
    const node = /** @type {HTMLElement} */ (marker.getElement());
    node.setAttribute("role", "button");
    node.tabIndex = 0;
    node.addEventListener("keydown", (event) => this.#onKey(event, mark));
    return mark;
  }

  /** @param {KeyboardEvent} event @param {{marker: L.Marker, post: Post}} mark */
  #onKey(event, { marker, post }) {
    const ways = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    });
    const way = ways[event.key];
    if (event.key === "Enter" || event.key === " ") this.page.onChoose(post.id);
    else if (way) {
      const step = event.shiftKey ? LONG_STEP_PX : STEP_PX;
      const to = this.map.containerPointToLatLng(
        this.map.latLngToContainerPoint(marker.getLatLng()).add([way[0] * step, way[1] * step]),
      );
      this.page.onDrop(post.id, [to.lng, to.lat]);
      if (!this.map.getBounds().pad(-0.05).contains(to)) this.map.panTo(to, { animate: false });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Put the keyboard on a mark. @param {string} id */
  focus(id) {
    this.marks.get(id)?.marker.getElement()?.focus();
  }

  /** Draw from where a consultant is today to where it is tried. */
  #drawWays() {
    this.ways.clearLayers();
    for (const { marker, post, isHeld } of this.marks.values()) {
      if (!post.from || (post.state !== "moved" && !isHeld)) continue;
      const from = latLng(post.from);
      const style = { pane: "accuracy", interactive: false, color: token("--ink"), weight: 2 };
      L.polyline([from, marker.getLatLng()], { ...style, dashArray: "3 6" }).addTo(this.ways);
      L.circleMarker(from, { ...style, radius: 6, fillColor: "#fff", fillOpacity: 1 }).addTo(this.ways);
    }
  }
}
