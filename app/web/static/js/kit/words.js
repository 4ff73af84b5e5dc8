/** Japanese texts and how numbers, dates and minutes are written. Pure. */

/** @typedef {import("#kit/types.js").Kind} Kind */
/** @typedef {import("#kit/types.js").Status} Status */

/**
 * Words that Python and the scripts share: the page carries app/documents/words.json within itself.
 *
 * @typedef {object} Words
 * @property {{kind: Kind, title: string, letter: string, baseline: number, size: number}[]} kinds
 * @property {Record<string, {title: string, short: string, speeds: string, means: string}>} profiles
 * @property {Record<string, string>} reasons why nobody arrives
 * @property {Record<string, string>} datasets
 * @property {Record<string, string>} statuses how sure an answer is
 */
/** @type {Words} */
export const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "");
export const KINDS = WORDS.kinds;
export const REASONS = WORDS.reasons;
export const DATASETS = WORDS.datasets;

/** @param {Kind|string} kind @returns {string} */
export function kindTitle(kind) {
  return KINDS.find((item) => item.kind === kind)?.title ?? "その他";
}

/** Made once: to make one takes a hundred times as long as to use it. */
const WHOLE = new Intl.NumberFormat("ja-JP", { maximumFractionDigits: 0 });

/** Return a count with thousands separators. @param {number} count @returns {string} */
export function count(count) {
  return WHOLE.format(Math.round(count));
}

/**
 * Return a share with one decimal; only all is "100.0" and only none is "0.0".
 *
 * @param {number} part @param {number} whole @returns {string}
 */
export function percent(part, whole) {
  if (whole <= 0) return "―";
  let tenths = Math.round((part / whole) * 1000);
  if (tenths === 1000 && part < whole) tenths = 999;
  if (tenths === 0 && part > 0) tenths = 1;
  return (tenths / 10).toFixed(1);
}

/** Return whole minutes, rounded up. @param {number|null} seconds @returns {string} */
export function minutes(seconds) {
  return seconds === null ? "―" : String(Math.ceil(seconds / 60));
}

/**
 * Return a date as 令和8年11月23日(月); a date that stands for its month or year stays as it is stored.
 *
 * @param {string|null} iso @returns {string}
 */
export function dateText(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  if (!match) return iso ?? "";
  const day = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  const weekday = "日月火水木金土"[day.getUTCDay()];
  return `${eraYear(day)}${day.getUTCMonth() + 1}月${day.getUTCDate()}日(${weekday})`;
}

/** @param {Date} day @returns {string} */
function eraYear(day) {
  const eras = /** @type {[string, number, number][]} */ ([
    ["令和", Date.UTC(2019, 4, 1), 2018],
    ["平成", Date.UTC(1989, 0, 8), 1988],
    ["昭和", Date.UTC(1926, 11, 25), 1925],
  ]);
  const era = eras.find(([, start]) => day.getTime() >= start);
  if (!era) return `${day.getUTCFullYear()}年`;
  const year = day.getUTCFullYear() - era[2];
  return `${era[0]}${year === 1 ? "元" : year}年`;
}

/** Return a time stamp of the service as date and hour in Japan. @param {string|undefined} iso @returns {string} */
export function momentText(iso) {
  if (!iso) return "";
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo", dateStyle: "short", timeStyle: "short" });
  const [day = "", time = ""] = parts.format(new Date(iso)).split(" ");
  return `${dateText(day)} ${time}`;
}

/** Return two counts as a range; one where they are the same. @param {number} low @param {number} high @returns {string} */
export function rangeText(low, high) {
  return count(low) === count(high) ? count(low) : `${count(low)}〜${count(high)}`;
}

/** Return how far the drawn point may be from the place. @param {number|null} metres @returns {string} */
export function accuracyText(metres) {
  if (metres === null) return "";
  const far = metres >= 1000 ? `${(metres / 1000).toFixed(1)} km` : `${metres} m`;
  return `地図の位置は最大約${far}ずれます`;
}

/** Return the words for the speeds of a profile. @param {string} profile @returns {string} */
export function speedText(profile) {
  return WORDS.profiles[profile]?.speeds ?? profile;
}

/** Return what a travel time is made by. @param {string} profile @returns {string} */
export function meansText(profile) {
  return WORDS.profiles[profile]?.means ?? "";
}

/** Return the one word for a way of travelling that stands beside its figures. @param {string} profile @returns {string} */
export function roadText(profile) {
  return WORDS.profiles[profile]?.short ?? profile;
}

/** Return what is said of whom nobody gets to at all. @param {string} profile @returns {string} */
export function noWayText(profile) {
  return `${meansText(profile)}行けない`;
}

/** Return the name of a way of travelling, with the word that it is assumed where it is. @param {Status} status @param {string} name @returns {string} */
export function profileTitle({ profiles }, name) {
  const profile = profiles.find((item) => item.name === name);
  return profile ? profile.title + (profile.is_assumption ? "(仮定)" : "") : name;
}

/** Return which roads the figures stand on. @param {Status} status @returns {string} */
export function networkText({ network }) {
  if (!network) return "道路: まだありません";
  if (network.is_schematic) return "道路: 概略図";
  const [year, month] = (network.date ?? "").split("-");
  return `道路: ${network.name}${year && month ? ` ${year}年${Number(month)}月` : ""}`;
}

/** Return the name of a base without the words that all bases share. @param {string} base @returns {string} */
export function shortBase(base) {
  return base.replace(/(地区)?センター$/u, "") || base;
}

/**
 * Return what the figures are of, when, and how sure.
 *
 * @param {Status} status @param {string} profile @returns {string}
 */
export function basisText(status, profile) {
  const demand = status.datasets.find((item) => item.kind === "demand");
  const year = demand?.as_of?.slice(0, 4);
  const census = demand?.source.includes("国勢調査") || demand?.title.includes("国勢調査");
  const people = year ? `${year}年${census ? "国勢調査" : ""}の人口` : "人口(年月日不明)";
  const [roadYear, roadMonth] = (status.network?.date ?? "").split("-");
  const when = roadYear && roadMonth ? `${roadYear}年${Number(roadMonth)}月の` : "";
  const roads = status.network?.is_schematic ? `${when}道路の概略図` : `${when}道路`;
  return `${people}、${roads}、${speedText(profile)}`;
}
