/** Short notes: what is known of one cell of the map, how sure a figure is, and what went wrong. */

import { element } from "#kit/element.js";
import { count, meansText, minutes, REASONS, rangeText } from "#kit/words.js";

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
      ? element("p", {}, element("strong", {}, "到達できません"), `: ${REASONS[cell.reason ?? ""] ?? ""}${far}`)
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
 * Return how low and how high a figure may be, and what the speeds have in it; nothing where that is not known.
 *
 * @param {{covered_low?: Record<string, number>, covered_high?: Record<string, number>,
 *   covered_low_by_speed?: Record<string, number>, covered_high_by_speed?: Record<string, number>}} figures
 * @param {number} edge
 * @returns {HTMLElement|false}
 */
export function rangeNote(figures, edge) {
  const { covered_low: low, covered_high: high } = figures;
  if (!low || !high) return false;
  const key = String(edge);
  const whole = rangeText(low[key] ?? 0, high[key] ?? 0);
  const bySpeed = rangeText(figures.covered_low_by_speed?.[key] ?? 0, figures.covered_high_by_speed?.[key] ?? 0);
  const [what, ends] =
    whole === bySpeed
      ? ["道の速さの見込み", "(いちばん遅いとき〜いちばん速いとき)。"]
      : [
          "道の速さの見込みと、拠点の位置の誤差",
          `(いちばん届きにくいとき〜いちばん届きやすいとき)。道の速さだけなら${bySpeed}人です。`,
        ];
  return element(
    "p",
    { class: "figure-range" },
    `${what}しだいで、`,
    element("strong", {}, `${whole}人`),
    `になります${ends}`,
  );
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
