/** How many people a consultant reaches in time: the figure, the districts, the consultants. */

import { element, fill } from "#kit/element.js";
import { minutesChoice, shareBar } from "#kit/figure.js";
import { keepFocus } from "#kit/focus.js";
import { rangeNote } from "#kit/notes.js";
import { symbol } from "#kit/symbols.js";
import { table } from "#kit/table.js";
import { basisText, count, meansText, minutes, percent } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Coverage} Coverage */
/** @typedef {import("#kit/types.js").DistrictCoverage} DistrictCoverage */
/** @typedef {import("#kit/types.js").Status} Status */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {{status: Status, coverage: Coverage, consultants: ConsultantFeature[], edge: number, chosen: string|null, district: string}} Shown */
/** @typedef {{key: string, title: string, unit: string, value: (row: DistrictCoverage, edge: string) => number|string}} Column */

/** @type {Column[]} */
const COLUMNS = [
  { key: "name", title: "地区", unit: "", value: () => 0 },
  { key: "population", title: "人口", unit: "人", value: (row) => row.population },
  { key: "covered", title: "", unit: "人", value: (row, edge) => row.covered[edge] ?? 0 },
  {
    key: "share",
    title: "割合",
    unit: "%",
    value: (row, edge) => (row.population ? (row.covered[edge] ?? 0) / row.population : 0),
  },
  { key: "mean", title: "平均", unit: "分", value: (row) => row.mean_s ?? Infinity },
  { key: "staffed", title: "相談員", unit: "", value: (row) => Number(row.has_consultant) },
];

/** `<tono-coverage>`: tells "minutes", "district", "open" (a consultant) and "sources". */
export class CoveragePanel extends HTMLElement {
  constructor() {
    super();
    this.sort = { key: "", down: false };
    /** @type {Shown|null} */
    this.shown = null;
  }

  /** @param {Shown} shown */
  show(shown) {
    this.shown = shown;
    this.#render();
  }

  #render() {
    const shown = this.shown;
    if (!shown) return;
    keepFocus(this, () => fill(this, this.#figure(shown), this.#districts(shown), this.#consultants(shown)));
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #figure({ status, coverage, edge }) {
    const reached = coverage.covered[String(edge)] ?? 0;
    const unreached = coverage.unreachable_population;
    return element(
      "section",
      { class: "group", "aria-labelledby": "figure-title" },
      element("h2", { id: "figure-title", class: "screen-silent" }, "相談員が着くまでの時間"),
      minutesChoice(coverage.minutes, edge, (value) => this.#tell("minutes", value)),
      element(
        "p",
        { class: "figure" },
        element("span", { class: "figure__value" }, count(reached), element("small", {}, "人")),
        element("span", { class: "figure__share" }, `${percent(reached, coverage.population)} %`),
      ),
      shareBar(coverage),
      element(
        "p",
        {},
        `${status.city.name}の${count(coverage.population)}人のうち、いちばん近い丸ごと相談員が${meansText(coverage.profile)}${edge}分以内に着ける人です。`,
        unreached > 0 && `どの相談員も到達できない人が${count(unreached)}人います。`,
      ),
      rangeNote(coverage, edge),
      element(
        "p",
        { class: "quiet" },
        `${basisText(status, coverage.profile)} `,
        element(
          "button",
          {
            type: "button",
            class: "link screen-only",
            "data-key": "sources",
            onclick: () => this.#tell("sources", null),
          },
          "数字の出どころ",
        ),
      ),
    );
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #districts({ coverage, edge, district }) {
    const rows = this.#sorted(coverage.districts, String(edge));
    const without = coverage.districts.filter((row) => !row.has_consultant).length;
    return element(
      "section",
      { class: "group", "aria-labelledby": "districts-title" },
      element("h2", { id: "districts-title" }, "地区ごとの状況"),
      element(
        "p",
        { class: "quiet" },
        without ? `相談員がいない地区は${without}つです。` : "すべての地区に相談員がいます。",
        element("span", { class: "screen-only" }, "見出しで並べかえます。"),
      ),
      table({
        caption: `地区ごとの人口と、${edge}分以内に相談員が着ける人`,
        isWide: false,
        columns: COLUMNS.map((column) => this.#head(column, edge)),
        rows: rows.map((row) => this.#row(row, edge, district)),
        foot: element(
          "tr",
          {},
          element("th", { scope: "row" }, "市全体"),
          element("td", {}, count(coverage.population)),
          element("td", {}, count(coverage.covered[String(edge)] ?? 0)),
          element("td", {}, percent(coverage.covered[String(edge)] ?? 0, coverage.population)),
          element("td", {}, minutes(coverage.mean_s)),
          element("td", { class: "centre" }, `${coverage.consultants.length}人`),
        ),
      }),
    );
  }

  /** @param {Column} column @param {number} edge @returns {import("#kit/table.js").Column} */
  #head(column, edge) {
    const title = column.key === "covered" ? `${edge}分以内` : column.title;
    const unit = column.unit && element("span", { class: "unit" }, `(${column.unit})`);
    return {
      title: element(
        "button",
        {
          type: "button",
          class: "table__sort",
          "data-key": `sort-${column.key}`,
          onclick: () => this.#sortBy(column.key),
        },
        element("span", {}, title, unit),
      ),
      style: column.key === "staffed" ? "centre" : undefined,
      sort: this.sort.key === column.key ? (this.sort.down ? "descending" : "ascending") : undefined,
    };
  }

  /** @param {DistrictCoverage} row @param {number} edge @param {string} chosen @returns {HTMLElement} */
  #row(row, edge, chosen) {
    const reached = row.covered[String(edge)] ?? 0;
    const open = element(
      "button",
      {
        type: "button",
        class: "link table__name",
        "data-key": `district-${row.name}`,
        title: `${row.name}を地図に大きく表示`,
        onclick: () => this.#tell("district", row.name),
      },
      row.name,
    );
    return element(
      "tr",
      { class: row.name === chosen ? "is-chosen" : null },
      element("th", { scope: "row" }, open),
      element("td", {}, count(row.population)),
      element("td", {}, count(reached)),
      element("td", {}, percent(reached, row.population)),
      element("td", {}, minutes(row.mean_s)),
      element("td", { class: row.has_consultant ? "centre" : "centre none" }, row.has_consultant ? "あり" : "なし"),
    );
  }

  /** @param {string} key */
  #sortBy(key) {
    if (this.sort.key === key && key === "name") this.sort = { key: "", down: false };
    else this.sort = { key: key === "name" ? "" : key, down: this.sort.key === key && !this.sort.down };
    this.#render();
  }

  /** @param {DistrictCoverage[]} rows @param {string} edge @returns {DistrictCoverage[]} */
  #sorted(rows, edge) {
    const column = COLUMNS.find((item) => item.key === this.sort.key);
    if (!column) return rows;
    const sign = this.sort.down ? -1 : 1;
    return rows.toSorted((a, b) => sign * (Number(column.value(a, edge)) - Number(column.value(b, edge))));
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #consultants({ coverage, consultants, edge, chosen }) {
    const figures = new Map(coverage.consultants.map((item) => [item.id, item]));
    const items = consultants.map(({ properties }) =>
      element(
        "li",
        {},
        element(
          "button",
          {
            type: "button",
            class: "entry",
            "aria-pressed": String(properties.id === chosen),
            "data-key": `consultant-${properties.id}`,
            onclick: () => this.#tell("open", { type: "consultant", id: properties.id }),
          },
          symbol("consultant"),
          element(
            "span",
            {},
            element("span", { class: "entry__name" }, properties.base),
            properties.is_assumed && element("span", { class: "badge badge--assumed" }, "仮定"),
            element(
              "span",
              { class: "quiet" },
              `${edge}分以内に ${count(figures.get(properties.id)?.covered[String(edge)] ?? 0)}人`,
            ),
          ),
        ),
      ),
    );
    return element(
      "section",
      { class: "group", "aria-labelledby": "consultants-title" },
      element("h2", { id: "consultants-title" }, "丸ごと相談員"),
      element(
        "p",
        { class: "quiet screen-only" },
        `選ぶと、${meansText(coverage.profile)}10分・20分・30分で行ける範囲を地図に表示します。`,
      ),
      items.length
        ? element("ul", { class: "entries" }, items)
        : element("p", { class: "empty" }, "相談員の配置がまだ登録されていません。配置を取り込むと、ここに出ます。"),
    );
  }
}

customElements.define("tono-coverage", CoveragePanel);
