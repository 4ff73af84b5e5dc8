/** What the colours mean and how many people each stands for. */

import { classNames, peopleByClass } from "#kit/classes.js";
import { element, fill } from "#kit/element.js";
import { swatch, symbol } from "#kit/symbols.js";
import { count, KINDS, meansText, percent, shortBase } from "#kit/words.js";

const COUNTED = ["この色(人)", "ここまでの合計(人)"];

/** @typedef {{profile: string, minutes: number[]}} Uncounted what a measurement is about, for whom its counts are not */
/** @typedef {{profile: string, network: string, basis: string, layers: Set<string>, edge: number}} Ground what the colours stand on; `edge`: the chosen minutes */

/** The box at the lower left of the map; it can be folded. */
export class Legend {
  /** @param {HTMLElement} box @param {boolean} open */
  constructor(box, open) {
    this.box = box;
    this.title = element("span", { class: "legend__title" });
    this.fold = element("span", { class: "legend__fold" });
    this.ramp = element("span", { class: "legend__ramp", "aria-hidden": "true" });
    this.head = element(
      "button",
      {
        type: "button",
        class: "legend__head",
        "aria-controls": "legend-body",
        onclick: () => this.setOpen(!this.open),
      },
      this.title,
      this.ramp,
      this.fold,
    );
    this.body = element("div", { class: "legend__body", id: "legend-body" });
    this.open = open;
    fill(box, this.head, this.body);
    this.setOpen(open);
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.open = open;
    this.box.classList.toggle("is-open", open);
    this.body.hidden = !open;
    this.head.setAttribute("aria-expanded", String(open));
    this.fold.textContent = open ? "閉じる" : "開く";
  }

  /**
   * Show the classes of a measurement; without counts where it has none.
   *
   * @param {import("#kit/types.js").Coverage|Uncounted} coverage @param {Ground} ground
   */
  showCoverage(coverage, ground) {
    const rows = classNames(coverage);
    const people =
      "population" in coverage ? peopleByClass(coverage).map((row) => peopleOf(row, coverage.population)) : [];
    this.#name(`相談員が${meansText(coverage.profile)}${ground.edge}分以内に着ける・着けない`, ground);
    this.#ramp(
      rows.map((row) => ({
        style: row.style,
        text: row.style === "none" ? "行けない" : row.label.replace("以内", ""),
      })),
    );
    fill(
      this.body,
      element(
        "table",
        {},
        element("caption", { class: "sr-only" }, "色の区分。区分は上の端の分を含みます。"),
        element("thead", {}, element("tr", {}, ["区分", ...("population" in coverage ? COUNTED : [])].map(head))),
        element(
          "tbody",
          {},
          rows.map((row, index) =>
            element("tr", {}, element("th", { scope: "row" }, swatch(row.style), row.label), people[index] ?? false),
          ),
        ),
      ),
      kinds(ground.layers),
      element("p", { class: "quiet print-only" }, ground.basis),
    );
    this.box.hidden = false;
  }

  /** Show what the marks are where no colours lie below them, if there are any. @param {Set<string>} layers @param {boolean} hasMarks */
  showMarks(layers, hasMarks) {
    fill(this.title, "地図の印");
    fill(this.ramp);
    fill(this.body, kinds(layers));
    this.box.hidden = !hasMarks || ![...layers].some((layer) => layer !== "cells");
  }

  /**
   * Show the areas of one consultant.
   *
   * @param {string} base @param {import("#kit/types.js").IsochroneFeature[]} areas
   * @param {import("#kit/types.js").Coverage|Uncounted} coverage @param {Ground} ground
   */
  showIsochrones(base, areas, coverage, ground) {
    const means = meansText(coverage.profile);
    const rows = areas.toSorted((a, b) => a.properties.minutes - b.properties.minutes);
    this.#name(`${shortBase(base)}の相談員が${means}行ける範囲`, ground);
    this.#ramp(rows.map((row, index) => ({ style: String(index + 1), text: `${row.properties.minutes}分` })));
    fill(
      this.body,
      element(
        "table",
        {},
        element("caption", { class: "sr-only" }, `${means}その分数までに行ける範囲と、その中に住む人数`),
        element("thead", {}, element("tr", {}, head("行ける範囲"), "population" in coverage && head("住んでいる人"))),
        element(
          "tbody",
          {},
          rows.map((row, index) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, swatch(`area-${index + 1}`), `${row.properties.minutes}分で行ける範囲`),
              "population" in coverage &&
                element(
                  "td",
                  {},
                  `${count(row.properties.population)}人 (${percent(row.properties.population, coverage.population)} %)`,
                ),
            ),
          ),
        ),
      ),
      kinds(ground.layers),
      element("p", { class: "quiet print-only" }, ground.basis),
    );
    this.box.hidden = false;
  }

  /** Say what the colours are and, where the header does not, how one moves and on which roads. @param {string} title @param {Ground} ground */
  #name(title, { profile, network }) {
    fill(this.title, title, element("span", { class: "legend__where" }, `${profile} ・ ${network}`));
  }

  /** @param {{style: string, text: string}[]} parts */
  #ramp(parts) {
    fill(
      this.ramp,
      parts.map((part) => element("span", {}, element("i", { class: `fill-${part.style}` }), part.text)),
    );
  }

  hide() {
    this.box.hidden = true;
  }
}

/** Return the cells of a class: its people, and all up to here. @param {{people: number, upTo: number|null}} row @param {number} all @returns {HTMLElement[]} */
function peopleOf({ people, upTo }, all) {
  const sum = upTo === null ? "" : `${count(upTo)} (${percent(upTo, all)} %)`;
  return [element("td", {}, count(people)), element("td", {}, sum)];
}

/** @param {string} text @returns {HTMLElement} */
function head(text) {
  return element("th", { scope: "col" }, text);
}

/** Return the key to the marks that are shown. @param {Set<string>} layers @returns {HTMLElement} */
function kinds(layers) {
  const marks = [{ kind: "consultant", title: "丸ごと相談員" }, ...KINDS].filter(({ kind }) =>
    layers.has(kind === "consultant" ? "consultants" : kind),
  );
  return element(
    "ul",
    { class: "legend__kinds" },
    marks.map(({ kind, title }) => element("li", {}, symbol(kind), title)),
    element("li", {}, element("span", { class: "legend__many" }, "3"), "近くに集まる件数"),
  );
}

/**
 * Return what is written below the name of each district where someone is left out.
 *
 * @param {import("#kit/types.js").Coverage} coverage @param {number} edge @returns {Map<string, string>}
 */
export function leftOut(coverage, edge) {
  const left = coverage.districts.map(
    ({ name, uncovered }) => /** @type {[string, number]} */ ([name, uncovered[String(edge)] ?? 0]),
  );
  return new Map(
    left.filter(([, people]) => people > 0).map(([name, people]) => [name, `着けない ${count(people)}人`]),
  );
}
