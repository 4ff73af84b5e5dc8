/** The map on paper. */

import * as L from "leaflet";

/** Draw the map anew at the size that it has on paper, and back. @param {L.Map} map @param {L.LatLngBounds} city */
export function fitPaper(map, city) {
  /** @type {{centre: L.LatLng, zoom: number}|null} */
  let before = null;
  window.addEventListener("beforeprint", () => {
    const bounds = map.getBounds();
    before = { centre: map.getCenter(), zoom: map.getZoom() };
    document.documentElement.classList.add("paper");
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds.contains(city) ? city : bounds, { animate: false });
    map.eachLayer((layer) => layer instanceof L.Canvas && drawNow(layer));
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    map.invalidateSize({ animate: false });
    if (before) map.setView(before.centre, before.zoom, { animate: false });
  });
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
