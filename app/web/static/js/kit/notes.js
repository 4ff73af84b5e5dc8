/** Short notes: what is known of one cell of the map, how sure a figure is, and what went wrong. */

import { element } from "#kit/element.js";
import { count, meansText, minutes, REASONS, roadText } from "#kit/words.js";

/**
 * Return the words for one inhabited cell.
 *
 * @param {import("#kit/types.js").Cell} cell
 * @param {import("#kit/types.js").ConsultantFeature[]} consultants
 * @param {string} profile
 * @returns {HTMLElement}
 */
export function describeCell(cell, consultants, profile) {
  const base = consultants.find((item) => item.properties.id === cell.consultant)?.properties.base ?? "";
  const far = cell.reason === "off_network" && cell.snap_m !== null ? `(${count(cell.snap_m)} m)` : "";
  const time =
    cell.travel_time_s === null
      ? element(
          "p",
          {},
          element("strong", {}, `${meansText(profile)}行けません`),
          `: ${REASONS[cell.reason ?? ""] ?? ""}${far}`,
        )
      : element(
          "p",
          {},
          `${base}の相談員から${meansText(profile)}`,
          element("strong", {}, `${minutes(cell.travel_time_s)}分`),
        );
  const people = `${cell.district}の250 m四方に ${count(cell.population)}人・${count(cell.households)}世帯`;
  return element("div", {}, time, element("p", { class: "quiet" }, people));
}

/**
 * Return how few and how many may not be reached, and what the speeds have in it; nothing where that is not known.
 *
 * @param {{population: number, profile: string, covered_low?: Record<string, number>, covered_high?: Record<string, number>,
 *   covered_low_by_speed?: Record<string, number>, covered_high_by_speed?: Record<string, number>}} figures
 * @param {number} edge
 * @returns {HTMLElement|false}
 */
export function rangeNote(figures, edge) {
  const { covered_low: low, covered_high: high } = figures;
  if (!low || !high) return false;
  const key = String(edge);
  const left = (/** @type {Record<string, number>|undefined} */ reached) => figures.population - (reached?.[key] ?? 0);
  const whole = betweenText(left(high), left(low));
  const bySpeed = betweenText(left(figures.covered_high_by_speed), left(figures.covered_low_by_speed));
  const [what, more] =
    whole === bySpeed ? ["道の速さの見込み", ""] : ["道の速さの見込みと拠点の位置", `道の速さだけなら${bySpeed}です。`];
  const on = figures.profile === "walk" ? "" : `${roadText(figures.profile)}の道では、`;
  return element(
    "p",
    { class: "figure-range" },
    `${on}${what}に幅があり、`,
    element("strong", {}, whole),
    `です。${more}`,
  );
}

/** @param {number} low @param {number} high @returns {string} */
function betweenText(low, high) {
  return count(low) === count(high) ? `${count(low)}人` : `${count(low)}人から${count(high)}人の間`;
}

/**
 * Return what went wrong, with a way to try again.
 *
 * @param {import("#kit/api.js").ApiError} error @param {() => void} again
 * @returns {HTMLElement}
 */
export function errorNote(error, again) {
  return element(
    "div",
    { class: "note note--wrong", role: "alert" },
    element("strong", {}, error.message),
    element("p", {}, error.detail),
    element("button", { type: "button", class: "button", onclick: () => again() }, "もう一度読み込む"),
  );
}

/**
 * Return what must be loaded before the figures can be shown, and the way to how.
 *
 * @param {import("#kit/types.js").Status} status @returns {HTMLElement}
 */
export function emptyNote({ network, has_people: hasPeople, bounds }) {
  const parts = /** @type {[string, boolean][]} */ ([
    ["道路", Boolean(network)],
    ["地区の境界", Boolean(bounds)],
    ["人口", hasPeople],
  ]);
  return element(
    "section",
    { class: "empty" },
    element("h2", {}, "まだ計算できません"),
    element("p", {}, "相談員が着くまでの時間を出すには、次のデータが必要です。"),
    element(
      "ul",
      { class: "checks" },
      parts.map(([title, there]) =>
        element(
          "li",
          {},
          element("span", { class: "checks__mark", "aria-hidden": "true" }, there ? "✓" : "―"),
          `${title}: ${there ? "あります" : "まだありません"}`,
        ),
      ),
    ),
    element("p", {}, element("a", { class: "button", href: "/register/data" }, "データの入れかた")),
  );
}
