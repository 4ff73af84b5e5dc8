/**
 * What the service answers about scenarios and about the work that goes on in the background.
 *
 * @typedef {{name: string, lon: number|null, lat: number|null}} Site
 * @typedef {{add: number|null, minutes: number, objective: "cover"|"mean"|"worst", profile: string,
 *   candidates: "centres"|"facilities"|"settlements", at: string|null}} Asked
 * @typedef {Asked & {id: number, name: string, computed_at: string, fingerprint: string, population: number, consultants: number,
 *   people: {title: string, source: string, as_of: string|null}[],
 *   status: "optimal"|"feasible"|"infeasible", covered_now: number, covered: number, sites: Site[]}} Scenario
 * @typedef {{id: number, kind: "scenario"|"repeat", name: string, state: "queued"|"running"|"done"|"failed"|"stopped", share: number,
 *   words: string, failure: string|null, result: null|{scenario: number, is_same?: boolean, words?: string},
 *   asked_at: string, finished_at: string|null}} Job
 * @typedef {{population: number, gained: number, lost: number, unchanged: number, unchanged_covered: number,
 *   unchanged_uncovered: number}} Tally
 * @typedef {{code: string, base: string, district: string|null, location: [number, number]|null,
 *   access_point: [number, number]|null}} Base
 * @typedef {{before: Scenario|null, after: Scenario, changed: string[], bases: Base[], total: Tally,
 *   districts: (Tally & {name: string})[], not_compared: {before: number, after: number}}} Comparison
 * @typedef {"gained"|"lost"|"kept"|"out"} ComparedKind
 * @typedef {{type: "Feature", geometry: import("geojson").Polygon, properties: {mesh_code: string, district: string,
 *   population: number, kind: ComparedKind, before_s: number|null, after_s: number|null}}} ComparedCell
 */

export {};
