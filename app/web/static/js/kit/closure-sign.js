/** The sign of a closed road, on the map and beside its name. */

import { svg } from "#kit/element.js";

/**
 * Return the sign of a closed road: a disc with a bar, hollow and dotted while the road is open.
 *
 * @param {boolean} holds @returns {SVGElement}
 */
export function closureSign(holds) {
  return svg(
    "svg",
    { class: "symbol symbol--closure", viewBox: "0 0 28 28", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 14, cy: 14, r: 12.5, fill: "#fff" }),
    svg("circle", {
      cx: 14,
      cy: 14,
      r: 10,
      fill: "#fff",
      stroke: "#1a1a1c",
      "stroke-width": holds ? 4 : 2.5,
      "stroke-dasharray": holds ? "" : "3 2.2",
    }),
    svg("path", { d: "M7.4 7.4 20.6 20.6", stroke: "#1a1a1c", "stroke-width": holds ? 4 : 2.5 }),
  );
}
