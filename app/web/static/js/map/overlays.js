/** What lies over the map: legend, buttons, notice, and on a phone the sheet. */

/** @typedef {import("#map/clear-view.js").Box} Box */
const OVER = ".legend, .banner, .controls, .leaflet-control-scale, .leaflet-control-attribution";

/**
 * Return the boxes that lie over the map, in its pixels, with a rim of air around each.
 *
 * @param {HTMLElement} container of the map @param {number} below pixels under the sheet @param {number} [air]
 * @returns {Box[]}
 */
export function overlays(container, below, air = 4) {
  const frame = container.getBoundingClientRect();
  const parts = (container.closest(".app__body") ?? container).querySelectorAll(OVER);
  const seen = [...parts].filter((part) => part.checkVisibility({ visibilityProperty: true }));
  const boxes = seen.map((part) => part.getBoundingClientRect());
  const around = boxes.map(
    (box) =>
      /** @type {Box} */ ([
        box.left - frame.left - air,
        box.top - frame.top - air,
        box.right - frame.left + air,
        box.bottom - frame.top + air,
      ]),
  );
  if (below > 0) around.push([-1, frame.height - below - air, frame.width + 1, frame.height + 1]);
  return around;
}
