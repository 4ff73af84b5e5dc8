/** A bubble on the map: it is read out, and moves the map until nothing that lies over the map covers it. */

import * as L from "leaflet";
import { say } from "#kit/shell.js";
import { roomAround } from "#map/clear-view.js";
import { overlays } from "#map/overlays.js";

/**
 * Open a bubble at a place in the stead of the one before.
 *
 * @param {L.Map} map @param {L.LatLng} at @param {HTMLElement} content
 * @param {L.PopupOptions & {below?: number}} [how] below: pixels of the map under the sheet
 * @returns {L.Popup}
 */
export function openPopup(map, at, content, { below = 0, ...options } = {}) {
  const { x, y } = map.getSize();
  const [top, right, bottom, left] = roomAround(overlays(map.getContainer(), below, 8), [x, y]);
  const popup = L.popup({
    closeButton: false,
    maxWidth: 320,
    autoPanPaddingTopLeft: [left, top],
    autoPanPaddingBottomRight: [right, bottom],
    ...options,
  });
  popup.setLatLng(at).setContent(content).openOn(map);
  popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", "閉じる");
  say(content.textContent ?? "");
  return popup;
}
