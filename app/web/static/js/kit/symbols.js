/** The mark of each kind of resource: shape + letter + colour, so that two of the three may fail. */

import { element, svg } from "#kit/element.js";
import { KINDS } from "#kit/words.js";

/** Where the shapes are: the page says it, and a page that holds them itself says nothing. */
const SHAPES = document.documentElement.dataset.symbols ?? "";
/**
 * Return the mark of a kind as an SVG that assistive technology passes over: its name stands beside it.
 *
 * @param {string} kind a kind of resource, "consultant" or "several"
 * @param {string} [text] instead of the kind's letter
 * @returns {SVGElement}
 */
export function symbol(kind, text) {
  const sign = KINDS.find((item) => item.kind === kind);
  const letter = text ?? sign?.letter ?? "";
  const height = kind === "consultant" ? 36 : 28;
  return svg(
    "svg",
    {
      class: `symbol symbol--${kind} kind-${kind}`,
      viewBox: `0 0 28 ${height}`,
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("use", { href: `${SHAPES}#${kind}` }),
    letter !== "" &&
      svg("text", { class: "symbol__letter", x: 14, y: sign?.baseline ?? 19, "font-size": sign?.size ?? 14 }, letter),
  );
}

/** Return the colour field of a class of minutes. @param {string} style @returns {HTMLElement} */
export function swatch(style) {
  return element("span", { class: `swatch swatch--${style}`, "aria-hidden": "true" });
}
