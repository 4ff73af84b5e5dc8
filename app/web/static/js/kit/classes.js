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
  const before = [0, ...coverage.minutes.map((edge) => coverage.covered[String(edge)] ?? 0)];
  const reached = coverage.population - coverage.unreachable_population;
  const people = [...before.slice(1), reached].map((upTo, index) => upTo - (before[index] ?? 0));
  return classNames(coverage).map((row, index) => ({
    ...row,
    people: people[index] ?? coverage.unreachable_population,
    upTo: index < coverage.minutes.length ? (before[index + 1] ?? null) : null,
  }));
}

/**
 * Return what the classes of minutes are called, and their colours.
 *
 * @param {{profile: string, minutes: number[]}} coverage @returns {{label: string, style: string}[]}
 */
export function classNames({ profile, minutes }) {
  const last = minutes.length;
  return [
    ...minutes.map((edge, index) => ({ label: `${edge}分以内`, style: String(index + 1) })),
    { label: `${minutes[last - 1]}分超`, style: String(last + 1) },
    { label: noWayText(profile), style: "none" },
  ];
}
