/** How closures are said in words and put in order. Pure. */

import { count, dateText, momentText } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Closure} Closure */
/** @typedef {import("#kit/types.js").ClosureFeature} ClosureFeature */

/** The groups of the calendar, in the order in which a person asks for them. */
export const GROUPS = /** @type {{name: string, title: string, holds: (closure: Closure) => boolean}[]} */ ([
  { name: "now", title: "いま通行止め", holds: (closure) => closure.state === "now" },
  { name: "coming", title: "これから", holds: (closure) => closure.state === "coming" && !closure.is_yearly },
  {
    name: "yearly",
    title: "毎年の通行止め(いまは通れます)",
    holds: (closure) => closure.state === "coming" && closure.is_yearly,
  },
  { name: "open", title: "規制(車は通れます)", holds: (closure) => closure.state === "open" },
  { name: "past", title: "終わったもの", holds: (closure) => closure.state === "past" },
]);

/** Return a day of every year as 12月1日. @param {string} mark MM-DD or 02-end @returns {string} */
export function markText(mark) {
  if (mark === "02-end") return "2月末日";
  const [month, day] = mark.split("-").map(Number);
  return `${month}月${day}日`;
}

/** Return a moment; the first or last moment of a day is the day. @param {string|null} iso @param {"begin"|"end"} end @returns {string} */
export function edgeText(iso, end) {
  if (!iso) return "";
  const isWholeDay = end === "begin" ? /T00:00:00/.test(iso) : /T23:59:59/.test(iso);
  return isWholeDay ? dateText(iso) : momentText(iso);
}

/** Return when a closure holds. @param {Closure} closure @returns {string} */
export function periodText(closure) {
  const begin = edgeText(closure.valid_from, "begin");
  const end = edgeText(closure.valid_to, "end");
  const hours = hoursText(closure);
  if (!closure.is_yearly) return begin || end ? `${begin}〜${end}${hours}` : "期間の記載なし";
  const window = begin || end ? `(${begin || "以前"}〜${end || "続く"})` : "";
  return `毎年 ${markText(closure.yearly_from)}〜${markText(closure.yearly_to)}${hours}${window}`;
}

/** Return the hours of each day at which a closure holds, empty for all of them. @param {Closure} closure @returns {string} */
function hoursText({ daily_from: begin, daily_to: end }) {
  return begin ? ` 毎日${begin}〜${end <= begin ? "翌" : ""}${end}` : "";
}

/** Return what comes next: until when a road is closed, or from when. @param {Closure} closure @returns {string} */
export function nextText(closure) {
  if (!closure.season || closure.state === "open") return "";
  const [begin, end] = closure.season;
  if (closure.state === "now") return `${edgeText(end, "end")}まで`;
  return `${edgeText(begin, "begin")}から`;
}

/** Return a length of road. @param {number|null} metres @returns {string} */
export function lengthText(metres) {
  if (metres === null) return "";
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

/** Return how many people lose cover, as a sentence. @param {import("#kit/types.js").ClosureEffect["profiles"][number]} effect @returns {string} */
export function lostText(effect) {
  return effect.lost === 0 ? "0人(変わりません)" : `${count(effect.lost)}人`;
}

/**
 * Return a day as it is sent; 末日 of February is told from its 28th.
 *
 * @param {string} month @param {string} day a number, or "end" @returns {string}
 */
export function markOf(month, day) {
  const number = Number(month);
  if (day === "end" && number === 2) return "02-end";
  const last = new Date(Date.UTC(2023, number, 0)).getUTCDate();
  return `${String(number).padStart(2, "0")}-${String(day === "end" ? last : Number(day)).padStart(2, "0")}`;
}
