/** What the bubbles of the map in one file show: texts that templates have written and escaped. */

import { element } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";

/**
 * @typedef {{geometry: {coordinates: [number, number]}, properties: {id: string|number, kind?: string, name?: string, base?: string,
 *   text: string, is_demo?: boolean, accuracy_m: number|null}}} Placed something with a place and the text that is shown when it is opened
 */

/** Return what a template has written; what people typed is escaped in it. @param {string} html @returns {HTMLElement} */
export function fromTemplate(html) {
  const box = element("div");
  box.innerHTML = html;
  return box;
}

/** Return what is shown of one place. @param {Placed} feature @param {() => void} [back] @returns {HTMLElement} */
export function bubbleOf({ properties }, back) {
  const box = fromTemplate(properties.text);
  if (back) {
    const button = { type: "button", class: "button button--quiet details__back", onclick: within(back) };
    box.prepend(element("button", button, "← この場所の一覧"));
  }
  return box;
}

/**
 * Return the list of what is at a place.
 *
 * @param {Placed[]} features @param {(feature: Placed) => void} onOpen @returns {HTMLElement}
 */
export function siteList(features, onOpen) {
  const entries = features.map((feature) => {
    const { kind = "other", name = "", is_demo: isDemo } = feature.properties;
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", class: "entry", onclick: within(() => onOpen(feature)) },
        symbol(kind),
        element(
          "span",
          {},
          element("span", { class: "entry__name" }, name),
          isDemo && element("span", { class: "badge badge--demo" }, "デモ"),
        ),
      ),
    );
  });
  return element(
    "div",
    {},
    element("h2", {}, `この場所の${features.length}件`),
    element("ul", { class: "site-list" }, entries),
  );
}

/** A click that takes its own button away must not reach the map, which would no longer find it in the bubble and close that. @param {() => void} act */
function within(act) {
  return (/** @type {Event} */ event) => {
    event.stopPropagation();
    act();
  };
}
