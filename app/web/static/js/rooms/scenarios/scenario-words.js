/** What scenarios and comparisons say in words. */

import { element } from "#kit/element.js";
import { count, meansText, minutes, noWayText, shortBase, WORDS } from "#kit/words.js";

/** @typedef {import("#kit/scenario-types.js").Scenario} Scenario */
/** @typedef {import("#kit/scenario-types.js").ComparedCell} ComparedCell */

export const TODAY = "いまの配置";
export const OBJECTIVES = /** @type {Record<string, string>} */ ({
  cover: "届く人を最も多く",
  mean: "平均の時間を最も短く",
  worst: "いちばん遠い人を最も近く",
});
export const CANDIDATES = /** @type {Record<string, string>} */ ({
  centres: "空いている地区センター",
  facilities: "公共の施設",
  settlements: "すべての集落",
});
export const KINDS = /** @type {Record<import("#kit/scenario-types.js").ComparedKind, string>} */ ({
  gained: "新たに届く",
  lost: "届かなくなる",
  kept: "前も後も届く",
  out: "前も後も届かない",
});
/** Return what was asked, in one line. @param {Scenario} it @param {string} profile title of the way of travelling @returns {string} */
export function askedText(it, profile) {
  const wanted = it.add === null ? "候補地すべてに置く" : `${it.add}人増やす`;
  return [wanted, `${it.minutes}分以内`, profile, OBJECTIVES[it.objective], CANDIDATES[it.candidates]].join("・");
}

/** Return how sure the answer is. @param {Scenario} it @returns {string} */
export function statusText(it) {
  return WORDS.statuses[it.status] ?? "";
}

/** Return what the people are counted from. @param {Scenario} it @returns {string} */
export function peopleText(it) {
  return it.people.map(({ title, as_of: asOf }) => `${title}${asOf ? `(${asOf.slice(0, 4)}年)` : ""}`).join("、");
}

/** Return a change with its sign. @param {number} change @returns {string} */
export function signed(change) {
  return change === 0 ? "±0" : `${change > 0 ? "+" : "−"}${count(Math.abs(change))}`;
}

/** Return the names of new posts in their order. @param {Scenario} it @returns {string} */
export function sitesText(it) {
  return it.sites.map(({ name }) => shortBase(name)).join(" → ");
}

/** Return the words for one cell of a comparison. @param {ComparedCell} cell @param {string} profile @returns {HTMLElement} */
export function describeCompared({ properties: cell }, profile) {
  const time = (/** @type {number|null} */ seconds) =>
    seconds === null ? noWayText(profile) : `${minutes(seconds)}分`;
  return element(
    "div",
    {},
    element("p", {}, element("strong", {}, KINDS[cell.kind])),
    element("p", {}, `${meansText(profile)} 前 ${time(cell.before_s)} → 後 ${time(cell.after_s)}`),
    element("p", { class: "quiet" }, `${cell.district}の250 m四方に ${count(cell.population)}人`),
  );
}
