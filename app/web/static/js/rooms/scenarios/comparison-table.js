/** Who is gained, lost and unchanged, by district and in total. */

import { element } from "#kit/element.js";
import { table } from "#kit/table.js";
import { count } from "#kit/words.js";
import { askedText, KINDS, TODAY } from "#rooms/scenarios/scenario-words.js";

/** @typedef {import("#kit/scenario-types.js").Comparison} Comparison */
/** @typedef {import("#kit/scenario-types.js").Tally} Tally */

/**
 * Return a comparison as words and a table.
 *
 * @param {Comparison} found @param {(name: string) => string} profileTitle @returns {HTMLElement}
 */
export function comparisonTable(found, profileTitle) {
  const { total, after, before } = found;
  const minutes =
    before && before.minutes !== after.minutes
      ? `前は${before.minutes}分、後は${after.minutes}分以内`
      : `${after.minutes}分以内`;
  return element(
    "div",
    {},
    element(
      "p",
      { class: "told" },
      `「${before?.name ?? TODAY}」から「${after.name}」にすると、${minutes}で新たに `,
      element("strong", {}, count(total.gained)),
      "人に届き、",
      element("strong", {}, count(total.lost)),
      "人に届かなくなります。変わらない人は ",
      element("strong", {}, count(total.unchanged)),
      "人です。",
    ),
    element(
      "dl",
      { class: "sides quiet" },
      element("dt", {}, "前"),
      element(
        "dd",
        {},
        before
          ? askedText(before, profileTitle(before.profile))
          : `${TODAY}・${after.minutes}分以内・${profileTitle(after.profile)}`,
      ),
      element("dt", {}, "後"),
      element("dd", {}, askedText(after, profileTitle(after.profile))),
    ),
    differs(found),
    table({
      id: "comparison-table",
      caption: "地区ごとの、新たに届く人、届かなくなる人、変わらない人",
      columns: ["地区", "人口", "新たに届く", "届かなくなる", "変わらない", "うち届く"].map((title, index) =>
        index ? { title, unit: "人" } : { title },
      ),
      rows: found.districts.map((row) => line(row.name, row)),
      foot: line("市全体", total),
    }),
  );
}

/** Say what else differs between the two, so that nobody takes it for the posts' doing. @param {Comparison} found @returns {HTMLElement|null} */
function differs({ changed, not_compared: apart }) {
  const words = [];
  if (changed.length) words.push(`二つの試算は、もとになるデータも違います: ${changed.join("、")}。`);
  if (apart.before || apart.after)
    words.push(`人口の区画が違うため比べられない人: 前だけ ${count(apart.before)}人、後だけ ${count(apart.after)}人。`);
  return words.length ? element("p", { class: "note" }, words.join("")) : null;
}

/** @param {string} name @param {Tally} row @returns {HTMLElement} */
function line(name, row) {
  const cell = (/** @type {number} */ people) => element("td", people ? {} : { class: "is-none" }, count(people));
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    element("td", {}, count(row.population)),
    cell(row.gained),
    cell(row.lost),
    element("td", {}, count(row.unchanged)),
    element("td", {}, count(row.unchanged_covered)),
  );
}

/** Return the key to the patterns of the map with the people of each. @param {Comparison} found @returns {HTMLElement[]} */
export function comparisonKey({ total, after, before }) {
  const people = {
    gained: total.gained,
    lost: total.lost,
    kept: total.unchanged_covered,
    out: total.unchanged_uncovered,
  };
  const cells = /** @type {(keyof typeof people)[]} */ (Object.keys(people)).map((kind) =>
    element(
      "p",
      { class: "key" },
      element("span", { class: `key__mark key__mark--${kind}`, "aria-hidden": "true" }),
      KINDS[kind],
      element("span", {}, `${count(people[kind])}人`),
    ),
  );
  if (!after.sites.length && !before?.sites.length) return cells;
  const post = element("span", { class: "key__mark key__mark--post", "aria-hidden": "true" }, "＋");
  return [
    ...cells,
    element("p", { class: "key" }, post, "新しく置く場所", element("span", {}, `${after.sites.length}か所`)),
  ];
}
