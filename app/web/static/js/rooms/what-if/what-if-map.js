/** The map on which a placement is tried: consultants to drag, roads to close, and a point to aim at. */

import { ClosureLayer } from "#map/closure-layer.js";
import { MapView } from "#map/map-view.js";
import { latLng } from "#map/panes.js";
import { PostLayer } from "#map/post-layer.js";

/** @typedef {import("#kit/types.js").Spot} Spot */

/** A finger that moved farther has dragged the map and aimed at nothing. */
const SLOP_PX = 6;

/** The map of the other pages, and what can be moved on it. */
export class WhatIfMap extends MapView {
  /**
   * @param {HTMLElement} container
   * @param {[number, number, number, number]} bounds
   * @param {ConstructorParameters<typeof MapView>[2] & {onDrag: (id: string, at: Spot) => void,
   *   onDrop: (id: string, at: Spot) => void, onChoose: (id: string) => void, onAim: (at: Spot) => void,
   *   onClosed: (index: number) => void}} page
   */
  constructor(container, bounds, page) {
    super(container, bounds, page);
    this.posts = new PostLayer(this.map, page);
    this.closures = new ClosureLayer(this.map, page.onClosed);
    this.isAiming = false;
    /** @type {{x: number, y: number}|null} */
    let down = null;
    container.addEventListener(
      "pointerdown",
      ({ clientX, clientY }) => {
        down = { x: clientX, y: clientY };
      },
      true,
    );
    container.addEventListener(
      "click",
      (event) => {
        const target = /** @type {Element} */ (event.target);
        const isStill = down && Math.hypot(event.clientX - down.x, event.clientY - down.y) <= SLOP_PX;
        if (!this.isAiming || !isStill || target.closest(".leaflet-control, .leaflet-popup")) return;
        const at = this.map.mouseEventToLatLng(event);
        event.stopPropagation();
        page.onAim([at.lng, at.lat]);
      },
      true,
    );
    container.addEventListener(
      "keydown",
      (event) => {
        if (!this.isAiming || event.key !== "Enter" || event.target !== container) return;
        event.stopImmediatePropagation();
        page.onAim(this.centre());
      },
      true,
    );
  }

  /** Let the next click on the map be a choice of a place, or not. @param {boolean} on */
  aim(on) {
    this.isAiming = on;
    this.map.getContainer().classList.toggle("map--aim", on);
    this.map.getContainer().parentElement?.classList.toggle("is-aiming", on);
    if (on) this.map.closePopup();
  }

  /** Return the middle of the map, where the crosshair stands. @returns {Spot} */
  centre() {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  /** Draw closed roads. @param {import("#rooms/what-if/trial.js").Tried["closed"]} roads @param {(road: any) => string} nameOf */
  showClosed(roads, nameOf) {
    const drawn = roads.flatMap((road, index) =>
      road.line
        ? [
            {
              type: "Feature",
              geometry: { type: "MultiLineString", coordinates: [road.line] },
              properties: { id: index, name: nameOf(road), state: "now" },
            },
          ]
        : [],
    );
    this.closures.show(/** @type {any} */ (drawn));
  }

  /** Bring a place into sight. @param {Spot} at */
  bring(at) {
    if (!this.map.getBounds().pad(-0.1).contains(latLng(at))) this.goTo(at);
  }
}
