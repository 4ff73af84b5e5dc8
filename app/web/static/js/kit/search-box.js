/** Search by name: a combobox with a list that the arrow keys walk. */

import { ApiError, search } from "#kit/api.js";
import { element, fill, svg } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";

/** @typedef {import("#kit/types.js").Found} Found */
const PAUSE_MS = 150;

/** `<tono-search>`: tells "found" with what a person chose. */
export class SearchBox extends HTMLElement {
  constructor() {
    super();
    /** @type {Found[]} */
    this.results = [];
    this.active = -1;
    /** @type {AbortController|null} */
    this.running = null;
    this.timer = 0;
  }

  connectedCallback() {
    this.input = element("input", {
      class: "input search__input",
      id: "search-input",
      type: "search",
      role: "combobox",
      autocomplete: "off",
      enterkeyhint: "search",
      "aria-expanded": "false",
      "aria-controls": "search-list",
      "aria-autocomplete": "list",
      placeholder: "名前・地区・電話・曜日でさがす",
      oninput: () => this.#later(),
      onkeydown: (event) => this.#onKey(/** @type {KeyboardEvent} */ (event)),
      onfocus: () => this.dispatchEvent(new CustomEvent("search-open", { bubbles: true })),
    });
    this.list = element("ul", {
      class: "search__list",
      id: "search-list",
      role: "listbox",
      "aria-label": "見つかったもの",
      hidden: true,
    });
    this.status = element("p", { class: "sr-only", "aria-live": "polite" });
    const glass = svg(
      "svg",
      { class: "search__icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
      svg("circle", { cx: 8.5, cy: 8.5, r: 6, fill: "none", stroke: "currentColor", "stroke-width": 2 }),
      svg("path", { d: "m13 13 5 5", stroke: "currentColor", "stroke-width": 2 }),
    );
    const label = element("label", { class: "sr-only", for: "search-input" }, "名前でさがす");
    fill(
      this,
      element("div", { class: "search__box", role: "search" }, label, glass, this.input),
      this.list,
      this.status,
    );
    document.addEventListener("pointerdown", (event) => {
      if (!this.contains(/** @type {Node} */ (event.target))) this.#close();
    });
    this.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(/** @type {Node} */ (event.relatedTarget))) this.#close();
    });
  }

  #later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    const q = this.input?.value.trim() ?? "";
    this.running?.abort();
    if (!q) return this.#close();
    this.running = new AbortController();
    try {
      const answer = await search(q, this.running.signal);
      this.#show(q, answer);
    } catch (error) {
      if (error instanceof ApiError) this.#say(`${error.message}。${error.detail}`);
      else if (!(error instanceof DOMException)) throw error;
    }
  }

  /** @param {string} q @param {import("#api").SearchResults} answer */
  #show(q, { results, total, suggestions }) {
    this.results = results;
    this.active = -1;
    if (!results.length) {
      this.#say(`「${q}」は見つかりません。名前の一部や、ひらがなでもさがせます。`);
      this.list?.append(...suggestions.map((name, index) => this.#suggestion(name, index)));
      return;
    }
    fill(
      /** @type {Element} */ (this.list),
      results.map((found, index) => this.#option(found, index)),
    );
    const many = total > results.length ? `${total}件のうち${results.length}件` : `${total}件`;
    if (total > results.length)
      this.list?.append(
        element(
          "li",
          { class: "search__empty", role: "option", "aria-disabled": "true" },
          `${many}を出しています。言葉を足すとしぼれます。`,
        ),
      );
    this.#expand();
    if (this.status) this.status.textContent = `${many}見つかりました。上下の矢印キーで選べます。`;
  }

  /** @param {Found} found @param {number} index @returns {HTMLElement} */
  #option(found, index) {
    const kind = found.type === "consultant" ? "consultant" : found.kind;
    return element(
      "li",
      {
        class: "search__option",
        role: "option",
        id: `search-option-${index}`,
        "aria-selected": "false",
        onclick: () => this.#choose(found),
      },
      symbol(kind ?? "place"),
      element(
        "span",
        { class: "search__text" },
        found.name,
        " ",
        element("span", { class: "quiet search__about" }, found.text),
      ),
    );
  }

  /** Return a name that looks like what was not found; to press it looks for that name. @param {string} name @param {number} index @returns {HTMLElement} */
  #suggestion(name, index) {
    return element(
      "li",
      {
        class: "search__option",
        role: "option",
        id: `search-option-${index}`,
        "aria-selected": "false",
        onclick: () => {
          if (this.input) this.input.value = name;
          void this.#ask();
        },
      },
      symbol("place"),
      element("span", { class: "search__text" }, `もしかして: ${name}`),
    );
  }

  /** @param {string} text */
  #say(text) {
    this.results = [];
    fill(
      /** @type {Element} */ (this.list),
      element(
        "li",
        { class: "search__empty", role: "option", "aria-disabled": "true", "aria-selected": "false" },
        text,
      ),
    );
    this.#expand();
    if (this.status) this.status.textContent = text;
  }

  #expand() {
    if (this.list) this.list.hidden = false;
    this.input?.setAttribute("aria-expanded", "true");
    this.input?.removeAttribute("aria-activedescendant");
  }

  #close() {
    if (this.list) this.list.hidden = true;
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.isComposing) return;
    const open = this.list && !this.list.hidden && this.#options().length > 0;
    if (event.key === "Escape") this.#close();
    else if (event.key === "ArrowDown" && open) this.#move(1);
    else if (event.key === "ArrowUp" && open) this.#move(-1);
    else if (event.key === "Enter" && open && (this.results.length || this.active !== -1))
      /** @type {HTMLElement} */ (this.#options()[Math.max(this.active, 0)]).click();
    else return;
    event.preventDefault();
  }

  /** @param {number} step */
  #move(step) {
    const options = this.#options();
    this.active = (this.active + step + options.length) % options.length;
    for (const [index, option] of options.entries())
      option.setAttribute("aria-selected", String(index === this.active));
    options[this.active]?.scrollIntoView({ block: "nearest" });
    this.input?.setAttribute("aria-activedescendant", options[this.active]?.id ?? "");
  }

  /** Return what can be chosen. @returns {HTMLElement[]} */
  #options() {
    return [...(this.list?.querySelectorAll(/** @type {"li"} */ (".search__option")) ?? [])];
  }

  /** @param {Found} found */
  #choose(found) {
    if (this.input) this.input.value = found.name;
    this.#close();
    this.dispatchEvent(new CustomEvent("found", { bubbles: true, detail: found }));
  }
}

customElements.define("tono-search", SearchBox);
