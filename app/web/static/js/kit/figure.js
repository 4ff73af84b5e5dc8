/** How many people are reached in time: the choice of minutes, and the bar of all classes. */

import { peopleByClass } from "#kit/classes.js";
import { element } from "#kit/element.js";

/**
 * Return the choice of how many minutes are looked at.
 *
 * @param {number[]} edges @param {number} chosen @param {(edge: number) => void} onChoose @returns {HTMLElement}
 */
export function minutesChoice(edges, chosen, onChoose) {
  const choices = edges.map((value) =>
    element(
      "label",
      { class: "segments__item" },
      element("input", {
        type: "radio",
        name: "minutes",
        value,
        checked: value === chosen,
        "data-key": `minutes-${value}`,
        onchange: () => onChoose(value),
      }),
      element("span", {}, `${value}分以内`),
    ),
  );
  return element(
    "fieldset",
    { class: "segments" },
    element("legend", { class: "sr-only" }, "何分以内を見るか"),
    choices,
  );
}

/** Return everyone as one bar, by class. @param {Parameters<typeof peopleByClass>[0]} coverage @returns {HTMLElement} */
export function shareBar(coverage) {
  const parts = peopleByClass(coverage).map((row) => {
    const part = element("span", { class: `fill-${row.style}` });
    part.style.width = `${(row.people / Math.max(coverage.population, 1)) * 100}%`;
    return part;
  });
  return element("div", { class: "share-bar", "aria-hidden": "true" }, parts);
}
