/** Who is left out: the figure with winter beside ordinary roads, and rows of districts or settlements, worst first. */

import { element } from "#kit/element.js";
import { count, roadText } from "#kit/words.js";

/** @typedef {{population: number, by: Record<string, {not_reached: Record<string, number>}>}} Row */

/** Return how many of a row are not reached within the minutes. @param {Row} row @param {string} profile @param {number} edge @returns {number} */
export function leftOut(row, profile, edge) {
  return row.by[profile]?.not_reached[String(edge)] ?? 0;
}

/**
 * Return rows by how many people are left out, the most first; of equals, by the other ways of travelling.
 *
 * @template {Row} T
 * @param {T[]} rows @param {string} profile @param {number} edge @returns {T[]}
 */
export function worstFirst(rows, profile, edge) {
  const more = (/** @type {T} */ a, /** @type {T} */ b, /** @type {string} */ name) =>
    leftOut(b, name, edge) - leftOut(a, name, edge);
  return rows.toSorted((a, b) => {
    const told = [profile, ...Object.keys(a.by)].find((name) => more(a, b, name) !== 0);
    return told === undefined ? 0 : more(a, b, told);
  });
}

/**
 * Return the rows in which someone is left out by any of the ways of travelling, and those in which nobody is.
 *
 * @template {Row} T
 * @param {T[]} rows @param {string[]} profiles @param {number} edge @returns {[T[], T[]]}
 */
export function someAndNone(rows, profiles, edge) {
  const isSome = (/** @type {T} */ row) => profiles.some((profile) => leftOut(row, profile, edge) > 0);
  return [rows.filter(isSome), rows.filter((row) => !isSome(row))];
}

/**
 * Return the figure of the page: how many are left out, the first way of travelling large, the other beside it.
 *
 * @param {Row} whole @param {string[]} profiles @param {number} edge @returns {HTMLElement}
 */
export function leftFigure(whole, profiles, edge) {
  return element(
    "p",
    { class: "figure" },
    element("span", { class: "figure__title" }, `${edge}分以内に着けない人`),
    profiles.map((profile, index) =>
      element(
        "span",
        { class: index ? "figure__share" : "figure__value", "data-profile": profile },
        count(leftOut(whole, profile, edge)),
        element("small", {}, `人(${roadText(profile)})`),
      ),
    ),
  );
}

/** Return the sentence on districts in which no consultant sits. @param {string[]} names @returns {string} */
export function withoutConsultantText(names) {
  return names.length ? `相談員がいない地区: ${names.join("、")}` : "すべての地区に相談員がいます。";
}

/** Return rows that may be unfolded, or nothing. @param {string} title @param {number} number @param {string} unit @param {HTMLElement} content @returns {HTMLElement|false} */
export function folded(title, number, unit, content) {
  return (
    number > 0 &&
    element(
      "details",
      { class: "fold" },
      element("summary", {}, title, element("span", { class: "count" }, `${number}${unit}`)),
      content,
    )
  );
}
