/** The bar over the map while the next place that is chosen means something: a consultant's place, or a road to close. */

import { element, fill } from "#kit/element.js";
import { byId } from "#kit/shell.js";

/** @typedef {import("#kit/types.js").Spot} Spot */
/** @typedef {{kind: "move", id: string}|{kind: "add"}|{kind: "close"}} Aim */
/** @typedef {{name: string, at: Spot}} Centre */

/**
 * Show the bar.
 *
 * @param {Aim["kind"]} kind @param {string} name of who is moved @param {Centre[]} centres
 * @param {{onHere: () => void, onPlace: (at: Spot) => void, onEnd: () => void}} acts
 */
export function showAimBar(kind, name, centres, { onHere, onPlace, onEnd }) {
  const [words, main] = {
    move: [`${name}の相談員を移す場所を、地図を押して選びます。`, "＋の場所に移す"],
    add: ["増やす相談員の場所を、地図を押して選びます。", "＋の場所に増やす"],
    close: ["通行止めにする道を、地図を押して選びます。", "＋の近くの道を閉じる"],
  }[kind];
  byId("aim").hidden = false;
  fill(
    byId("aim"),
    element("p", { class: "aim__words", id: "aim-words" }, words),
    element("button", { type: "button", class: "button button--main", id: "aim-here", onclick: onHere }, main),
    kind !== "close" && centreChoice(centres, onPlace),
    element("button", { type: "button", class: "button", onclick: onEnd }, kind === "close" ? "終わる" : "やめる"),
  );
  byId("aim-here").focus();
}

export function hideAimBar() {
  byId("aim").hidden = true;
}

/** @param {Centre[]} centres @param {(at: Spot) => void} onPlace @returns {HTMLElement} */
function centreChoice(centres, onPlace) {
  const choose = (/** @type {Event} */ event) => {
    const centre = chosenCentre(centres, /** @type {HTMLSelectElement} */ (event.target).value);
    if (centre) onPlace(centre.at);
  };
  return element(
    "select",
    { class: "select", "aria-label": "地区センターから選ぶ", onchange: choose },
    element("option", { value: "" }, "地区センターから選ぶ"),
    centres.map(({ name }, index) => element("option", { value: index }, name)),
  );
}

/** Return the centre of a choice; the empty choice is none, not the first one. @param {Centre[]} centres @param {string} value @returns {Centre|undefined} */
export function chosenCentre(centres, value) {
  return value === "" ? undefined : centres[Number(value)];
}
