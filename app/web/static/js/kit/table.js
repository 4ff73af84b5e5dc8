/** A table that scrolls within itself, with units in its heads and a name for who cannot see it. */

import { element } from "#kit/element.js";

/** @typedef {import("#kit/element.js").Child} Child */
/** @typedef {{title: Child, unit?: string, style?: string|undefined, sort?: "ascending"|"descending"|"none"|undefined}} Column */

/**
 * Return a table.
 *
 * @param {object} parts
 * @param {string} [parts.id]
 * @param {string} parts.caption
 * @param {Column[]} parts.columns
 * @param {HTMLElement[]} parts.rows
 * @param {HTMLElement} [parts.foot] the row of the whole
 * @param {boolean} [parts.isWide] whether it may be wider than its place, so that the keyboard must reach it to scroll
 * @returns {HTMLElement}
 */
export function table({ id, caption, columns, rows, foot, isWide = true }) {
  const heads = columns.map(({ title, unit, style, sort }) =>
    element(
      "th",
      { scope: "col", class: style, "aria-sort": sort },
      title,
      unit && element("span", { class: "unit" }, `(${unit})`),
    ),
  );
  return element(
    "div",
    isWide
      ? { class: "scroll-x", tabindex: "0", role: "region", "aria-label": caption }
      : { class: "scroll-x", tabindex: "-1" },
    element(
      "table",
      { class: "table", id },
      element("caption", { class: "sr-only" }, caption),
      element("thead", {}, element("tr", {}, heads)),
      element("tbody", {}, rows),
      foot && element("tfoot", {}, foot),
    ),
  );
}
