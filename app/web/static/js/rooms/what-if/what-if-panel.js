/** What a tried placement changes: the figure, the consultants, the closed roads, the districts. */

import { closureSign } from "#kit/closure-sign.js";
import { element, fill } from "#kit/element.js";
import { minutesChoice, shareBar } from "#kit/figure.js";
import { keepFocus } from "#kit/focus.js";
import { folded, withoutConsultantText } from "#kit/not-reached.js";
import { rangeNote } from "#kit/notes.js";
import { symbol } from "#kit/symbols.js";
import { table } from "#kit/table.js";
import { basisText, count, meansText, roadText } from "#kit/words.js";
import { signed } from "#rooms/what-if/trial.js";

/** @typedef {import("#rooms/what-if/trial.js").Tried} Tried */
/** @typedef {import("#rooms/what-if/trial.js").Row} Row */
/**
 * @typedef {object} Acts what a person may do
 * @property {(edge: number) => void} minutes
 * @property {(id: string) => void} choose
 * @property {(id: string) => void} aim
 * @property {(id: string) => void} remove
 * @property {(id: string) => void} putBack
 * @property {() => void} add
 * @property {() => void} close
 * @property {(index: number) => void} reopen
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} reset
 */
/** @typedef {{status: import("#kit/types.js").Status, tried: Tried, edge: number, rows: Row[], chosen: string|null, isNow: boolean, canUndo: boolean, canRedo: boolean, acts: Acts}} Shown */

const HIGHWAYS = /** @type {Record<string, string>} */ ({
  motorway: "高速道路",
  trunk: "国道",
  primary: "主要地方道",
  secondary: "県道",
  tertiary: "市の主な道",
  unclassified: "そのほかの道",
  residential: "住宅地の道",
});
const STATES = { same: "", moved: "移した", added: "増やした" };

/** Return what a road is called. @param {Tried["closed"][number]} road @returns {string} */
export function roadName({ highway, length_m: length }) {
  const kind = HIGHWAYS[(highway ?? "").replace(/_link$/, "")] ?? "道";
  return length === null ? kind : `${kind} ${(length / 1000).toFixed(1)} km`;
}

/** Return what the change is, in words. @param {Tried} tried @param {number} edge @returns {string} */
export function changeWords({ difference }, edge) {
  const key = String(edge);
  const [gained, lost] = [difference.gained[key] ?? 0, difference.lost[key] ?? 0];
  if (!gained && !lost) return `${edge}分以内に着ける人は、いまと同じです。`;
  return `新しく${edge}分以内に着ける人 ${count(gained)}人、${edge}分以内に着けなくなる人 ${count(lost)}人。`;
}

/**
 * Return who is left out in all or in a district: before the change, with it, and how many more or fewer.
 *
 * @param {Tried} tried @param {number} edge @param {number} [district] its row
 * @returns {{before: number, left: number, change: number}}
 */
export function leftOf(tried, edge, district) {
  const key = String(edge);
  const row = district === undefined ? tried : tried.districts[district];
  const difference = district === undefined ? tried.difference : tried.difference.districts[district];
  const left = (row?.population ?? 0) - (row?.covered[key] ?? 0);
  const change = -(difference?.covered[key] ?? 0);
  return { before: left - change, left, change: change || 0 };
}

/** `<tono-what-if>` */
export class WhatIfPanel extends HTMLElement {
  /** @param {Shown} shown */
  show(shown) {
    keepFocus(this, () => fill(this, figure(shown), posts(shown), closedRoads(shown), districts(shown)));
  }
}

/** @param {Shown} shown @returns {HTMLElement} */
function figure({ status, tried, edge, isNow, canUndo, canRedo, acts }) {
  const key = String(edge);
  const { before, left, change } = leftOf(tried, edge);
  const act = /** @type {(words: string, key: string, disabled: boolean, act: () => void) => HTMLElement} */ (
    (words, name, disabled, onclick) =>
      element(
        "button",
        { type: "button", class: "button", "data-key": name, disabled, onclick: () => onclick() },
        words,
      )
  );
  return element(
    "section",
    { class: "group", "aria-labelledby": "figure-title" },
    element("h2", { id: "figure-title", class: "sr-only" }, `ためした配置で${edge}分以内に着けない人`),
    minutesChoice(tried.minutes, edge, acts.minutes),
    element(
      "p",
      { class: "figure" },
      element("span", { class: "figure__title" }, `${edge}分以内に着けない人(${roadText(tried.profile)})`),
      element("span", { class: "figure__share" }, `いま ${count(before)}人 →`),
      element("span", { class: "figure__value" }, count(left), element("small", {}, "人")),
      element("span", { class: "change" }, `いまの配置より ${signed(change)}人`),
    ),
    shareBar(tried),
    element(
      "dl",
      { class: "changes" },
      element("dt", {}, `新しく${edge}分以内に着ける人`),
      element("dd", {}, `${count(tried.difference.gained[key] ?? 0)}人`),
      element("dt", {}, `${edge}分以内に着けなくなる人`),
      element("dd", {}, `${count(tried.difference.lost[key] ?? 0)}人`),
    ),
    rangeNote(tried, edge) || element("p", { class: "figure-range quiet" }, "道の速さによる幅は、印をはなすと出ます。"),
    element(
      "p",
      { class: "quiet" },
      `${count(tried.population)}人のうち、いちばん近い丸ごと相談員が${meansText(tried.profile)}${edge}分以内に着けない人です。${basisText(status, tried.profile)}`,
    ),
    element(
      "div",
      { class: "trial-actions" },
      act("1つ戻す", "undo", !canUndo, acts.undo),
      act("やり直す", "redo", !canRedo, acts.redo),
      act("すべて元に戻す", "reset", isNow, acts.reset),
    ),
  );
}

/** @param {Shown} shown @returns {HTMLElement} */
function posts({ tried, edge, rows, chosen, acts }) {
  const figures = new Map(tried.consultants.map((item) => [item.id, item]));
  return element(
    "section",
    { class: "group", "aria-labelledby": "posts-title" },
    element("h2", { id: "posts-title" }, "丸ごと相談員"),
    element(
      "p",
      { class: "quiet screen-only" },
      "地図の印を動かすと、色と数字がすぐに変わります。ここで選んで、場所を地図か地区センターから決めることもできます。",
    ),
    element(
      "div",
      { class: "trial-actions" },
      element(
        "button",
        { type: "button", class: "button", "data-key": "add", onclick: () => acts.add() },
        "相談員を増やす",
      ),
    ),
    element(
      "ul",
      { class: "posts" },
      rows.map((row) => post(row, figures.get(row.id)?.covered[String(edge)] ?? 0, edge, row.id === chosen, acts)),
    ),
  );
}

/** @param {Row} row @param {number} reached @param {number} edge @param {boolean} isChosen @param {Acts} acts @returns {HTMLElement} */
function post(row, reached, edge, isChosen, acts) {
  const far = row.isOff
    ? `道路から${row.far === null ? "とても" : `${count(row.far)} m`}離れているので、ここからは出られません`
    : "";
  const words = row.isGone ? "この配置では外しています" : far || `${edge}分以内に着ける人 ${count(reached)}人`;
  const state = row.isGone ? "外した" : STATES[row.state];
  const act = /** @type {(words: string, act: (id: string) => void) => HTMLElement} */ (
    (title, onclick) =>
      element(
        "button",
        { type: "button", class: "button", "data-key": `${title}-${row.id}`, onclick: () => onclick(row.id) },
        title,
      )
  );
  return element(
    "li",
    { class: `posts__item${isChosen ? " is-chosen" : ""}${row.isGone ? " is-gone" : ""}` },
    element(
      "button",
      {
        type: "button",
        class: "entry",
        "aria-pressed": String(isChosen),
        "data-key": `post-${row.id}`,
        onclick: () => acts.choose(row.id),
      },
      symbol("consultant"),
      element(
        "span",
        {},
        element("span", { class: "entry__name" }, row.base),
        state && element("span", { class: "badge posts__state" }, state),
        element("span", { class: "quiet" }, words),
      ),
    ),
    isChosen &&
      element(
        "div",
        { class: "posts__actions" },
        !row.isGone && act("場所を選ぶ", acts.aim),
        !row.isGone && act("外す", acts.remove),
        row.state !== "added" && (row.isGone || row.state === "moved") && act("元に戻す", acts.putBack),
      ),
  );
}

/** @param {Shown} shown @returns {HTMLElement} */
function closedRoads({ tried, acts }) {
  return element(
    "section",
    { class: "group", "aria-labelledby": "closed-title" },
    element("h2", { id: "closed-title" }, "通行止めにした道"),
    element(
      "div",
      { class: "trial-actions" },
      element(
        "button",
        { type: "button", class: "button", "data-key": "close", onclick: () => acts.close() },
        "道を選んで通行止めにする",
      ),
    ),
    tried.closed.length > 0 &&
      element(
        "ul",
        { class: "closed-roads" },
        tried.closed.map((road, index) =>
          element(
            "li",
            {},
            closureSign(road.edge !== null),
            element(
              "span",
              {},
              road.edge === null
                ? `近くに道がありません${road.distance_m === null ? "" : `(いちばん近い道まで${count(road.distance_m)} m)`}`
                : roadName(road),
            ),
            element(
              "button",
              {
                type: "button",
                class: "button",
                "data-key": `reopen-${index}`,
                "aria-label": `${roadName(road)}を開ける`,
                onclick: () => acts.reopen(index),
              },
              "開ける",
            ),
          ),
        ),
      ),
  );
}

/** @param {Shown} shown @returns {HTMLElement} */
function districts({ tried, edge }) {
  const all = tried.districts.map((row, index) => ({ row, ...leftOf(tried, edge, index) }));
  // What changed stands first, then who is left out; districts that everyone is reached in, as before, are folded.
  const rows = all.toSorted((a, b) => Number(b.change !== 0) - Number(a.change !== 0) || b.left - a.left);
  const [some, none] = [rows.filter((it) => it.left || it.change), rows.filter((it) => !it.left && !it.change)];
  const columns = [
    { title: "地区" },
    { title: "いま", unit: "人" },
    { title: "この配置", unit: "人" },
    { title: "差", unit: "人" },
    { title: "相談員", style: "centre" },
  ];
  const body = (/** @type {typeof rows} */ mine) =>
    mine.map(({ row, before, left, change }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, row.name),
        changed(before, left, change),
        element("td", { class: row.has_consultant ? "centre" : "centre none" }, row.has_consultant ? "いる" : "いない"),
      ),
    );
  const { before, left, change } = leftOf(tried, edge);
  const foot = element(
    "tr",
    {},
    element("th", { scope: "row" }, "市全体"),
    changed(before, left, change),
    element("td", { class: "centre" }, `${tried.consultants.length}人`),
  );
  return element(
    "section",
    { class: "group", "aria-labelledby": "districts-title" },
    element("h2", { id: "districts-title" }, "地区ごとの着けない人"),
    element(
      "p",
      {},
      withoutConsultantText(tried.districts.filter((row) => !row.has_consultant).map(({ name }) => name)),
    ),
    table({
      caption: `地区ごとの、${edge}分以内に着けない人と、いまとの差`,
      isWide: false,
      columns,
      rows: body(some),
      foot,
    }),
    folded(
      "前も後も全員に着ける地区",
      none.length,
      "地区",
      table({ caption: `前も後も全員に${edge}分以内に着ける地区`, isWide: false, columns, rows: body(none) }),
    ),
  );
}

/** @param {number} before @param {number} left @param {number} change @returns {HTMLElement[]} */
function changed(before, left, change) {
  return [
    element("td", {}, count(before)),
    element("td", {}, count(left)),
    element("td", { class: change ? "is-changed" : null }, signed(change)),
  ];
}

customElements.define("tono-what-if", WhatIfPanel);
