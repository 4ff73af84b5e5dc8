/** Tabs of a page: one is shown, arrow keys walk. A tab is `#tab-<name>`, what it shows `#view-<name>`. */

import { byId } from "#kit/shell.js";

/**
 * Listen to tabs.
 *
 * @template {string} T
 * @param {readonly T[]} names @param {(name: T) => void} onChoose
 */
export function listenToTabs(names, onChoose) {
  for (const name of names) {
    byId(`tab-${name}`).addEventListener("click", () => onChoose(name));
    byId(`tab-${name}`).addEventListener("keydown", (event) => {
      const next = nextTab(names, name, event.key);
      if (next === null) return;
      onChoose(next);
      byId(`tab-${next}`).focus();
    });
  }
}

/**
 * Return the tab that a key leads to, round at both ends; null where it leads nowhere.
 *
 * @template {string} T
 * @param {readonly T[]} names @param {T} name @param {string} key @returns {T|null}
 */
export function nextTab(names, name, key) {
  const step = { ArrowRight: 1, ArrowLeft: names.length - 1 }[key];
  if (step === undefined) return null;
  return /** @type {T} */ (names[(names.indexOf(name) + step) % names.length]);
}

/** Show which tab is chosen. @param {readonly string[]} names @param {string} chosen */
export function markTab(names, chosen) {
  for (const name of names) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === chosen));
    tab.tabIndex = name === chosen ? 0 : -1;
  }
}
