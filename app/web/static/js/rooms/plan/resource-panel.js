/** What the map shows: a switch for each layer, and the same things as a list. */

import { element, fill } from "#kit/element.js";
import { keepFocus } from "#kit/focus.js";
import { resourceEntry } from "#kit/resource-entry.js";
import { symbol } from "#kit/symbols.js";
import { KINDS } from "#kit/words.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */
/** @typedef {import("#kit/address.js").State} State */
/** @typedef {{all: ResourceFeature[], visible: ResourceFeature[], consultants: number, districts: string[], state: State}} Shown */

/** `<tono-resources>`: tells "layer", "district" and "open". */
export class ResourcePanel extends HTMLElement {
  constructor() {
    super();
    /** @type {Set<string>} */
    this.unfolded = new Set();
  }

  /** @param {Shown} shown */
  show(shown) {
    keepFocus(this, () => fill(this, this.#switches(shown), this.#list(shown)));
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #switches({ all, consultants, state }) {
    const numbers = new Map(
      KINDS.map(({ kind }) => [kind, all.filter((item) => item.properties.kind === kind).length]),
    );
    /** @param {string} layer @param {Node} mark @param {string} title @param {string} amount */
    const choice = (layer, mark, title, amount) =>
      element(
        "label",
        { class: layer === "cells" ? "choice choice--wide" : "choice" },
        element("input", {
          type: "checkbox",
          checked: state.layers.has(layer),
          "data-key": `layer-${layer}`,
          onchange: (event) =>
            this.#tell("layer", { layer, on: /** @type {HTMLInputElement} */ (event.target).checked }),
        }),
        mark,
        title,
        amount && element("span", { class: "count" }, amount),
      );
    const ramp = element("span", { class: "swatch fill-ramp", "aria-hidden": "true" });
    return element(
      "section",
      { class: "group", "aria-labelledby": "layers-title" },
      element("h2", { id: "layers-title" }, "地図に表示するもの"),
      element(
        "div",
        { class: "choices", role: "group", "aria-labelledby": "layers-title" },
        choice("cells", ramp, "着くまでの時間の色分け(250 m四方)", ""),
        choice("consultants", symbol("consultant"), "丸ごと相談員", String(consultants)),
        KINDS.map(({ kind, title }) => choice(kind, symbol(kind), title, String(numbers.get(kind)))),
      ),
    );
  }

  /** @param {Shown} shown @returns {HTMLElement} */
  #list({ all, visible, districts, state }) {
    const select = element(
      "select",
      {
        class: "select",
        id: "district-filter",
        "data-key": "district-filter",
        onchange: (event) => this.#tell("district", /** @type {HTMLSelectElement} */ (event.target).value),
      },
      element("option", { value: "" }, "すべての地区"),
      districts.map((name) => element("option", { value: name, selected: name === state.district }, name)),
    );
    return element(
      "section",
      { class: "group", "aria-labelledby": "list-title" },
      element("h2", { id: "list-title" }, "資源の一覧"),
      element("div", { class: "row" }, element("label", { for: "district-filter" }, "地区"), select),
      element("p", { class: "quiet", role: "status" }, `${visible.length}件を地図と一覧に表示しています。`),
      all.length === 0
        ? element("p", { class: "empty" }, "まだ登録がありません。登録されると、ここと地図に出ます。")
        : visible.length === 0
          ? element(
              "p",
              { class: "empty" },
              "この条件に合うものはありません。地区を「すべての地区」にするか、上で表示する種類を選んでください。",
            )
          : KINDS.map(({ kind, title }) =>
              this.#group(
                kind,
                title,
                visible.filter((item) => item.properties.kind === kind),
              ),
            ),
    );
  }

  /** @param {string} kind @param {string} title @param {ResourceFeature[]} items @returns {HTMLElement|false} */
  #group(kind, title, items) {
    if (!items.length) return false;
    return element(
      "details",
      {
        class: "fold",
        open: this.unfolded.has(kind),
        ontoggle: (event) =>
          this.unfolded[/** @type {HTMLDetailsElement} */ (event.target).open ? "add" : "delete"](kind),
      },
      element(
        "summary",
        { "data-key": `fold-${kind}` },
        symbol(kind),
        title,
        element("span", { class: "count" }, `${items.length}件`),
      ),
      element(
        "ul",
        {},
        items.map((item) => element("li", {}, this.entry(item))),
      ),
    );
  }

  /** Return one resource as a button. @param {ResourceFeature} item @returns {HTMLElement} */
  entry(item) {
    return resourceEntry(item, () => this.#tell("open", { type: "resource", id: String(item.properties.id) }));
  }
}

customElements.define("tono-resources", ResourcePanel);
