/** On a phone the panel is a sheet from below with three heights; buttons and keys do what a drag does. */

import { element, svg } from "#kit/element.js";

/** @typedef {"peek"|"half"|"full"} Height */
/** @type {Height[]} */
const HEIGHTS = ["peek", "half", "full"];
const NAMES = { peek: "小さい", half: "中くらい", full: "いっぱい" };
const SLOP_PX = 6;

/** Where the panel is a sheet, and where there is little room for what lies over a map; as the styles have it. */
const IS_SHEET = "(max-width: 759.98px), (max-aspect-ratio: 999/1000)";
const IS_SMALL = `${IS_SHEET}, (max-height: 519.98px)`;

/** Return whether what lies over a map is to begin folded. @returns {boolean} */
export function isSmallWindow() {
  return matchMedia(IS_SMALL).matches;
}

/** Makes a panel a sheet while the window is narrow. */
export class Sheet {
  /** @param {HTMLElement} panel @param {HTMLElement} handle */
  constructor(panel, handle) {
    this.panel = panel;
    this.narrow = matchMedia(IS_SHEET);
    this.lower = step("パネルを小さくする", "m4 7 8 8 8-8", () => this.#step(-1));
    this.raise = step("パネルを大きくする", "m4 15 8-8 8 8", () => this.#step(1));
    handle.append(this.raise, this.lower);
    /** @type {Height} */
    this.height = "peek";
    this.set("peek");
    this.#drag(handle);
  }

  /** @param {Height} height */
  set(height) {
    this.height = height;
    this.panel.dataset.height = height;
    const at = HEIGHTS.indexOf(height);
    this.lower.disabled = at === 0;
    this.raise.disabled = at === HEIGHTS.length - 1;
    this.raise.setAttribute("aria-label", `パネルを大きくする(いま: ${NAMES[height]})`);
    this.lower.setAttribute("aria-label", `パネルを小さくする(いま: ${NAMES[height]})`);
  }

  /** Open the sheet at least this far. @param {Height} height */
  atLeast(height) {
    if (HEIGHTS.indexOf(this.height) < HEIGHTS.indexOf(height)) this.set(height);
  }

  /** Leave half the window to the map. */
  atMostHalf() {
    if (this.height === "full") this.set("half");
  }

  /** Return how many pixels of the map lie under the sheet. @returns {number} */
  covers() {
    if (!this.narrow.matches) return 0;
    const frame = this.panel.parentElement?.clientHeight ?? 0;
    const peek = Number.parseFloat(getComputedStyle(this.panel).getPropertyValue("--peek"));
    return { peek, half: frame * 0.54, full: frame * 0.54 }[this.height];
  }

  /** @param {number} by */
  #step(by) {
    const to = HEIGHTS[HEIGHTS.indexOf(this.height) + by];
    if (!to) return;
    this.set(to);
    const used = by > 0 ? this.raise : this.lower;
    if (used.disabled) (by > 0 ? this.lower : this.raise).focus();
  }

  /** @param {HTMLElement} handle */
  #drag(handle) {
    /** @type {{y: number, height: number, moved: boolean}|null} */
    let from = null;
    handle.addEventListener("pointerdown", (event) => {
      if (/** @type {Element} */ (event.target).closest("button")) return;
      from = { y: event.clientY, height: this.panel.offsetHeight, moved: false };
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!from) return;
      from.moved ||= Math.abs(event.clientY - from.y) > SLOP_PX;
      if (!from.moved) return;
      this.panel.dataset.dragging = "";
      this.panel.style.height = `${from.height + from.y - event.clientY}px`;
    });
    const drop = () => {
      if (!from) return;
      const share = this.panel.offsetHeight / (this.panel.parentElement?.clientHeight || 1);
      delete this.panel.dataset.dragging;
      this.panel.style.removeProperty("height");
      if (from.moved) this.set(share < 0.33 ? "peek" : share < 0.75 ? "half" : "full");
      else this.set(this.height === "peek" ? "half" : "peek");
      from = null;
    };
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", drop);
  }
}

/** @param {string} label @param {string} path @param {() => void} act @returns {HTMLButtonElement} */
function step(label, path, act) {
  return element(
    "button",
    { type: "button", class: "panel__step", "aria-label": label, onclick: () => act() },
    svg(
      "svg",
      { width: 24, height: 22, viewBox: "0 0 24 22", "aria-hidden": "true" },
      svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 2.5 }),
    ),
  );
}
