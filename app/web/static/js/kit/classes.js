/** The classes of minutes that the colours stand for. Pure. */

import { noWayText } from "#kit/words.js";

/**
 * Return the class of a travel time: 0 up to and with the first edge, 1 to the second, …; -1 where nobody arrives.
 *
 * @param {number|null} seconds @param {number[]} minutes @returns {number}
 */
export function minutesClass(seconds, minutes) {
  if (seconds === null) return -1;
  const found = minutes.findIndex((edge) => seconds <= edge * 60);
  return found === -1 ? minutes.length : found;
}

/**
 * Return the people in each class of minutes: within each edge (beyond the edge before), beyond the last, not reached.
 *
 * @param {{profile: string, population: number, minutes: number[], covered: Record<string, number>, unreachable_population: number}} coverage
 * @returns {{label: string, people: number, upTo: number|null, style: string}[]}
 */
export function peopleByClass(coverage) {
  const unreached = coverage.unreachable_population;
  let before = 0;
  const rows = coverage.minutes.map((edge, index) => {
    const upTo = coverage.covered[String(edge)] ?? 0;
    const people = upTo - before;
    before = upTo;
    return { label: `${edge}分以内`, people, upTo: /** @type {number|null} */ (upTo), style: String(index + 1) };
  });
  const last = coverage.minutes[coverage.minutes.length - 1];
  const beyond = coverage.population - before - unreached;
  rows.push({ label: `${last}分超`, people: beyond, upTo: null, style: String(coverage.minutes.length + 1) });
  rows.push({ label: noWayText(coverage.profile), people: unreached, upTo: null, style: "none" });
  return rows;
}
