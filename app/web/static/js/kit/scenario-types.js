/**
 * What the service answers about scenarios and about the work that goes on in the background; see `types.js`.
 *
 * @typedef {import("#api").SitePlace} Site
 * @typedef {import("#api").Asked} Asked
 * @typedef {import("#api").ScenarioSummary} Scenario
 * @typedef {import("#api").JobFacts} Job
 * @typedef {import("#api").TallyFacts} Tally
 * @typedef {import("#api").Base} Base
 * @typedef {import("#api").ComparisonFacts} Comparison
 * @typedef {import("#api").ComparedCell["kind"]} ComparedKind
 * @typedef {import("#api").ComparedFeature} ComparedCell
 */

export {};
