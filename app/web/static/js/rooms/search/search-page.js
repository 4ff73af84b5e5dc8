/** The public door: the server writes the list of what was found; the map shows the same, and both stay in step. */

import * as api from "#kit/api.js";
import { element } from "#kit/element.js";
import { keepFocus } from "#kit/focus.js";
import { isSmallWindow, Sheet } from "#kit/sheet.js";
import { boundsOf, byId, openPage, say, setUpPrinting } from "#kit/shell.js";
import { askForLand, drawGround } from "#map/ground.js";
import { MapView } from "#map/map-view.js";
import { addressOf, addressWith } from "#rooms/search/wish.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */
/** @typedef {import("#kit/address.js").Selection} Selection */

const PAUSE_MS = 300;
/** Near enough to tell one mark from the next. */
const NEAR = 14;

/** Everything on the page. */
class SearchPage {
  /** @param {import("#kit/types.js").Status} status */
  constructor(status) {
    this.status = status;
    /** @type {ResourceFeature[]} */
    this.resources = [];
    /** @type {import("#kit/types.js").ConsultantFeature[]} */
    this.consultants = [];
    /** @type {AbortController|null} */
    this.running = null;
    this.timer = 0;
    this.sheet = new Sheet(byId("panel"), byId("panel-handle"));
    // Where half a window is no list, the list comes first.
    this.sheet.set(matchMedia("(max-height: 519.98px)").matches ? "full" : "half");
    /** @type {HTMLDetailsElement} */ (byId("legend-fold")).open = !isSmallWindow();
    this.map = new MapView(byId("map"), boundsOf(status), {
      onOpen: (selection) => this.#open(selection),
      onMove: () => {},
      describeCell: () => element("div"),
      hiddenBelow: () => this.sheet.covers(),
    });
    this.#listen();
  }

  /** @param {ReturnType<typeof askForLand>} land */
  async load(land) {
    const [ground, resources, consultants] = await Promise.all([
      drawGround(this.map, this.status, land),
      api.getResources(),
      api.getConsultants(),
    ]);
    this.resources = resources.features;
    this.consultants = consultants.features;
    this.#showMarks(false);
    await ground.roads;
  }

  #listen() {
    const form = /** @type {HTMLFormElement} */ (byId("seek"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#go(addressOf(new FormData(form)), "push");
    });
    form.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.#go(addressOf(new FormData(form)), "replace"), PAUSE_MS);
    });
    byId("part").addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("a[data-part]");
      if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#go(link.href, "push");
    });
    window.addEventListener("popstate", () => void this.#go(location.href, "stay"));
    setUpPrinting(() => byId("found").dataset.said ?? "");
  }

  /** @param {Selection} selection */
  #open({ type, id }) {
    const consultant = this.consultants.find((item) => item.properties.id === id);
    const own = type === "consultant" ? { resource: String(consultant?.properties.base_id ?? "") } : { [type]: id };
    void this.#go(addressWith(location.search, own), "push");
  }

  /** Ask the server for another wish and put what it found in the place of the list. @param {string} address @param {"push"|"replace"|"stay"} how */
  async #go(address, how) {
    window.clearTimeout(this.timer);
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    let text = "";
    try {
      const reply = await fetch(address, { headers: { accept: "text/html" }, signal: running.signal });
      if (!reply.ok) throw new TypeError(`${reply.status}`);
      text = await reply.text();
    } catch (error) {
      // Whatever the server says, it says as a page.
      if (!running.signal.aborted) location.assign(address);
      if (error instanceof TypeError || error instanceof DOMException) return;
      throw error;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    if (how === "push") history.pushState(null, "", address);
    else if (how === "replace") history.replaceState(null, "", address);
    this.#show(page, how);
  }

  /** @param {Document} page @param {"push"|"replace"|"stay"} how */
  #show(page, how) {
    const part = byId("part");
    const found = /** @type {HTMLElement} */ (page.getElementById("part"));
    const scroll = byId("panel-scroll");
    document.title = page.title;
    keepFocus(part, () => part.replaceChildren(...document.importNode(found, true).childNodes));
    const box = /** @type {HTMLInputElement} */ (byId("q"));
    if (document.activeElement !== box) box.value = new URLSearchParams(location.search).get("q") ?? "";
    const opened = document.getElementById("opened-title");
    if (opened) {
      scroll.scrollTop = 0;
      this.sheet.atLeast("half");
      if (how === "push") opened.focus({ preventScroll: true });
    }
    this.#showMarks(true);
    say(byId("found").dataset.said ?? "");
  }

  /** Show on the map what the list holds. @param {boolean} isChange whether something else was shown before */
  #showMarks(isChange) {
    const { ids = "", opened = "", accuracy = "", district = "" } = byId("found").dataset;
    byId("chosen").textContent = byId("found").dataset.said ?? "";
    const wanted = new Set(ids.split(","));
    const asked = new URLSearchParams(location.search);
    /** @type {Selection|null} */
    const chosen = opened ? { type: "resource", id: opened } : null;
    const shown = this.resources.filter(
      ({ properties }) => wanted.has(String(properties.id)) || String(properties.id) === opened,
    );
    const kind = asked.get("kind") ?? "";
    const posts = this.consultants.filter(
      ({ properties }) => ["", "window"].includes(kind) && (!district || properties.district === district),
    );
    this.map.showMarks(shown, asked.get("day") || asked.get("q") ? [] : posts, chosen);
    const at = shown.find(({ properties }) => String(properties.id) === opened)?.geometry?.coordinates ?? null;
    this.map.showAccuracy(at, Number(accuracy) || null);
    if (at) this.map.goTo(at, NEAR);
    else if (district) this.map.showDistrict(district);
    else if (!chosen) this.map.showCity(isChange);
  }
}

const land = askForLand();
await openPage((status) => new SearchPage(status).load(land), "part");
