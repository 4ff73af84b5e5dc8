/** One resource of a list, as a button. */

import { element } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */

/** Return one resource as a button. @param {ResourceFeature} item @param {() => void} open @returns {HTMLElement} */
export function resourceEntry({ geometry, properties }, open) {
  const facts = [
    properties.district,
    properties.next_text && `次回 ${properties.next_text}`,
    !geometry && "場所は公表されていません",
  ];
  return element(
    "button",
    { type: "button", class: "entry", "data-key": `resource-${properties.id}`, onclick: open },
    symbol(properties.kind),
    element(
      "span",
      {},
      element("span", { class: "entry__name" }, properties.name),
      properties.is_demo && element("span", { class: "badge badge--demo" }, "デモ"),
      element("span", { class: "quiet" }, facts.filter(Boolean).join(" ・ ")),
    ),
  );
}
