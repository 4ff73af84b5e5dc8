/** Who is not reached in time: the figure, the districts and settlements worst first, the consultants. */

import { element, fill } from "#kit/element.js";
import { minutesChoice, shareBar } from "#kit/figure.js";
import { keepFocus } from "#kit/focus.js";
import { folded, leftFigure, leftOut, someAndNone, withoutConsultantText, worstFirst } from "#kit/not-reached.js";
import { rangeNote } from "#kit/notes.js";
import { symbol } from "#kit/symbols.js";
import { table } from "#kit/table.js";
import { basisText, count, meansText, noWayText, roadText } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Coverage} Coverage */
/** @typedef {import("#kit/types.js").NotReached} NotReached */
/** @typedef {NotReached["districts"][number]} DistrictLeft */
/** @typedef {NotReached["settlements"][number]} SettlementLeft */
/** @typedef {import("#kit/types.js").Status} Status */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {{status: Status, coverage: Coverage, left: NotReached, consultants: ConsultantFeature[], edge: number, chosen: string|null, district: string}} Shown */
/** @typedef {{key: string, title: string, unit: string, value: (row: DistrictLeft) => number}} Column */

/** So many settlements stand open; an officer asks for the rest. */
const MOST_SETTLEMENTS = 10;

/** `<tono-coverage>`: tells "minutes", "district", "settlement", "open" (a consultant) and "sources". */
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
    keepFocus(this, () =>
      fill(
        this,
        this.#figure(shown),
        this.#districts(shown),
        this.#settlements(shown),
        this.#basis(shown),
        this.#consultants(shown),
      ),
    );
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #figure({ status, coverage, left, edge }) {
    const never = coverage.unreachable_population;
    return element(
      "section",
      { class: "group", "aria-labelledby": "figure-title" },
      element("h2", { id: "figure-title", class: "sr-only" }, `${edge}分以内に着けない人`),
      minutesChoice(coverage.minutes, edge, (value) => this.#tell("minutes", value)),
      leftFigure(left, left.profiles, edge),
      element(
        "p",
        {},
        `${status.city.name}の${count(left.population)}人のうち、いちばん近い丸ごと相談員が${meansText(coverage.profile)}${edge}分以内に着けない人です。`,
        never > 0 && `${noWayText(coverage.profile)}所に住む人が${count(never)}人います。`,
      ),
    );
  }

  /** Return how sure the figure is, and what it stands on. @param {Shown} shown @returns {HTMLElement} */
  #basis({ status, coverage, edge }) {
    return element(
      "section",
      { class: "group", "aria-labelledby": "basis-title" },
      element("h2", { id: "basis-title" }, "この数字の確かさ"),
      shareBar(coverage),
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

  // --- districts -------------------------------------------------------------------------------------------------------

  /** @param {Shown} shown @returns {HTMLElement} */
  #districts({ coverage, left, edge, district }) {
    const columns = districtColumns(left.profiles, edge);
    const rows = this.#sorted(
      left,
      edge,
      columns,
      coverage.districts.map((row) => row.name),
    );
    const [some, none] = someAndNone(rows, left.profiles, edge);
    const head = () => columns.map((column) => this.#head(column));
    const body = (/** @type {DistrictLeft[]} */ mine) =>
      mine.map((row) => this.#district(row, left.profiles, edge, district));
    return element(
      "section",
      { class: "group", id: "left-districts", "aria-labelledby": "districts-title" },
      element("h2", { id: "districts-title" }, "地区ごとの着けない人"),
      element("p", {}, withoutConsultantText(left.without_consultant)),
      table({
        caption: `地区ごとの、${edge}分以内に着けない人と人口`,
        isWide: false,
        columns: head(),
        rows: body(some),
        foot: element(
          "tr",
          {},
          element("th", { scope: "row" }, "市全体"),
          counts(left, left.profiles, edge),
          element("td", { class: "centre" }, `${coverage.consultants.length}人`),
        ),
      }),
      folded(
        "全員に着ける地区",
        none.length,
        "地区",
        table({
          caption: `全員に${edge}分以内に着ける地区`,
          isWide: false,
          columns: columns.map(({ title, unit, key }) => ({ title, unit, style: key === "staffed" ? "centre" : "" })),
          rows: body(none),
        }),
      ),
    );
  }

  /** @param {Column} column @returns {import("#kit/table.js").Column} */
  #head(column) {
    return {
      title: element(
        "button",
        {
          type: "button",
          class: "table__sort",
          "data-key": `sort-${column.key}`,
          onclick: () => this.#sortBy(column.key),
        },
        element("span", {}, column.title, column.unit && element("span", { class: "unit" }, `(${column.unit})`)),
      ),
      style: column.key === "staffed" ? "centre" : undefined,
      sort: this.sort.key === column.key ? (this.sort.down ? "descending" : "ascending") : undefined,
    };
  }

  /** @param {DistrictLeft} row @param {string[]} profiles @param {number} edge @param {string} chosen @returns {HTMLElement} */
  #district(row, profiles, edge, chosen) {
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
      counts(row, profiles, edge),
      element("td", { class: row.has_consultant ? "centre" : "centre none" }, row.has_consultant ? "いる" : "いない"),
    );
  }

  /** @param {string} key */
  #sortBy(key) {
    this.sort = { key, down: this.sort.key === key ? !this.sort.down : key !== "name" };
    this.#render();
  }

  /** @param {NotReached} left @param {number} edge @param {Column[]} columns @param {string[]} names in the city's order @returns {DistrictLeft[]} */
  #sorted({ districts, profiles: [first = "car"] }, edge, columns, names) {
    const { key, down } = this.sort;
    const column = columns.find((item) => item.key === key);
    if (!column) return worstFirst(districts, first, edge);
    const inOrder = districts.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
    if (key === "name") return down ? inOrder.toReversed() : inOrder;
    return inOrder.toSorted((a, b) => (down ? -1 : 1) * (column.value(a) - column.value(b)));
  }

  // --- settlements -----------------------------------------------------------------------------------------------------

  /** @param {Shown} shown @returns {HTMLElement|false} */
  #settlements({ left: { settlements, profiles }, edge }) {
    const [some, none] = someAndNone(worstFirst(settlements, profiles[0] ?? "car", edge), profiles, edge);
    const rows = (/** @type {string} */ caption, /** @type {SettlementLeft[]} */ mine) =>
      table({
        caption,
        isWide: false,
        columns: [
          { title: "集落" },
          ...profiles.map((profile) => ({ title: roadText(profile), unit: "人" })),
          { title: "人口", unit: "人" },
        ],
        rows: mine.map((row) => this.#settlement(row, profiles, edge)),
      });
    if (!settlements.length) return false;
    const rest = some.slice(MOST_SETTLEMENTS);
    return element(
      "section",
      { class: "group", id: "left-settlements", "aria-labelledby": "settlements-title" },
      element("h2", { id: "settlements-title" }, "集落ごとの着けない人"),
      some.length
        ? rows(`集落ごとの、${edge}分以内に着けない人と人口`, some.slice(0, MOST_SETTLEMENTS))
        : element("p", {}, `どの集落でも、全員に${edge}分以内に着けます。`),
      folded(
        "着けない人がいる、ほかの集落",
        rest.length,
        "か所",
        rows(`${edge}分以内に着けない人がいる、ほかの集落`, rest),
      ),
      folded("全員に着ける集落", none.length, "か所", rows(`全員に${edge}分以内に着ける集落`, none)),
    );
  }

  /** @param {SettlementLeft} row @param {string[]} profiles @param {number} edge @returns {HTMLElement} */
  #settlement(row, profiles, edge) {
    const open =
      row.lon === null
        ? "集落の名なし"
        : element(
            "button",
            {
              type: "button",
              class: "link table__name",
              "data-key": `settlement-${row.district}-${row.name}`,
              title: `${row.name}を地図に大きく表示`,
              onclick: () => this.#tell("settlement", row),
            },
            row.name,
          );
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, open, element("span", { class: "quiet table__under" }, row.district)),
      counts(row, profiles, edge),
    );
  }

  // --- consultants -----------------------------------------------------------------------------------------------------

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
              `${edge}分以内に着ける人 ${count(figures.get(properties.id)?.covered[String(edge)] ?? 0)}人`,
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

/** @param {string[]} profiles @param {number} edge @returns {Column[]} */
function districtColumns(profiles, edge) {
  return [
    { key: "name", title: "地区", unit: "", value: () => 0 },
    ...profiles.map((profile) => ({
      key: profile,
      title: roadText(profile),
      unit: "人",
      value: (/** @type {DistrictLeft} */ row) => leftOut(row, profile, edge),
    })),
    { key: "population", title: "人口", unit: "人", value: (row) => row.population },
    { key: "staffed", title: "相談員", unit: "", value: (row) => Number(row.has_consultant) },
  ];
}

/** Return the cells of a row: who is left out by each way of travelling, and all of them. @param {import("#kit/not-reached.js").Row} row @param {string[]} profiles @param {number} edge @returns {HTMLElement[]} */
function counts(row, profiles, edge) {
  const left = profiles.map((profile) => leftOut(row, profile, edge));
  return [...left, row.population].map((people) => element("td", {}, count(people)));
}

customElements.define("tono-coverage", CoveragePanel);
