/** The page on which a placement is tried: whatever is moved, added or closed is asked of the service at once, and nothing is stored. */

import * as api from "../api.js";
import { element, fill } from "../element.js";
import { defaultState, readState, writeState } from "../filters.js";
import { Legend } from "../map/legend.js";
import { WhatIfMap } from "../map/what-if-map.js";
import { credit, drawHeader } from "../panels/header.js";
import { describeCell, emptyNote, errorNote } from "../panels/notes.js";
import { Sheet } from "../panels/sheet.js";
import "../panels/sources-dialog.js";
import { changeWords, roadName } from "../panels/what-if-panel.js";
import { basisText, count, momentText, networkText, shortBase } from "../strings.js";
import { MOST, Newest, asItIs, asWish, isAsItIs, readTrial, signed, unpack, writeTrial } from "../trial.js";

/** @typedef {import("../trial.js").Spot} Spot */
/** @typedef {import("../trial.js").Tried} Tried */
/** @typedef {{kind: "move", id: string}|{kind: "add"}|{kind: "close"}} Aim */

const LAYERS = new Set(["cells", "consultants"]);
const MOST_UNDONE = 100;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** Everything on the page. */
class WhatIfPage {
  /** @param {import("../types.js").Status} status */
  constructor(status) {
    this.status = status;
    this.trial = readTrial(location.search);
    const { view, minutes } = readState(location.search);
    this.view = view;
    this.edge = minutes;
    /** @type {string[]} */
    this.past = [];
    /** @type {import("../types.js").ConsultantFeature[]} */
    this.consultants = [];
    /** @type {{name: string, at: Spot}[]} */
    this.centres = [];
    /** @type {string|null} */
    this.chosen = null;
    /** @type {Aim|null} */
    this.aim = null;
    /** The address from before a hand took hold of a mark; empty: none is held. */
    this.held = "";
    /** @type {Tried|null} */
    this.tried = null;
    /** @type {import("../panels/what-if-panel.js").WhatIfPanel} */
    this.panel = byId("what-if");
    this.sheet = new Sheet(byId("panel"), byId("panel-handle"));
    this.legend = new Legend(byId("legend"), !this.sheet.narrow.matches);
    this.legend.hide();
    this.map = new WhatIfMap(byId("map"), status.bounds ?? [128, 30, 146, 46], {
      onOpen: () => {},
      onMove: (seen) => this.#moved(seen),
      describeCell: (cell) => this.#describe(cell),
      hiddenBelow: () => this.sheet.covers(),
      onDrag: (id, at) => this.#drag(id, at),
      onDrop: (id, at) => this.#place(id, at),
      onChoose: (id) => this.#choose(id),
      onAim: (at) => this.#hit(at),
      onClosed: (index) => this.#showClosed(index),
    });
    this.newest = new Newest((wish, signal) => api.send("POST", "/coverage/what-if", wish, signal), {
      onAnswer: (tried) => this.#show(tried),
      onError: (error) => this.#fail(error),
    });
    drawHeader(status, this.trial.profile, (profile) => this.#change((trial) => Object.assign(trial, { profile })));
    byId("schematic").hidden = !status.network?.is_schematic;
    this.#listen();
  }

  async load() {
    const { status, map } = this;
    const [districts, places, roads, resources, consultants] = await Promise.all([
      api.getDistricts(), api.getPlaces(), status.network ? api.getRoads() : null, api.getResources(), api.getConsultants(),
    ]);
    this.consultants = consultants.features;
    this.centres = resources.features.flatMap(({ geometry, properties }) =>
      properties.kind === "centre" && geometry ? [{ name: properties.name, at: geometry.coordinates }] : []);
    map.drawBase(districts.features, places.features, roads, credit(status));
    if (status.tiles) map.drawTiles(status.tiles.url, status.tiles.attribution);
    map.cells.toggle(true);
    if (this.view) map.setView(this.view);
    await this.#begin();
    document.body.dataset.ready = "";
  }

  /** Draw the cells as they are now, and try what the address says. */
  async #begin() {
    if (!this.status.network || !this.status.has_people) {
      fill(this.panel, emptyNote(this.status));
      this.sheet.atLeast("half");
      return;
    }
    try {
      const coverage = await api.getCoverage(this.trial.profile);
      const cells = await api.getCells(coverage.run);
      this.map.cells.show(cells.features, coverage.minutes);
      this.#show(await api.send("POST", "/coverage/what-if", this.#wish()));
      if (!this.view) this.map.showCity(false);
    } catch (error) {
      this.#fail(error);
    }
  }

  #listen() {
    for (const button of document.querySelectorAll("[data-opens-sources]")) {
      button.addEventListener("click", () => {
        /** @type {import("../panels/sources-dialog.js").SourcesDialog} */ (byId("sources")).open(this.status, null);
      });
    }
    byId("print").addEventListener("click", () => window.print());
    window.addEventListener("beforeprint", () => {
      byId("printed-on").textContent = `${momentText(new Date().toISOString())} 印刷 ・ ためしの配置`;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.aim) this.#aimAt(null);
    });
  }

  // --- what a person does ----------------------------------------------------------------------------------------------

  /** Change the placement, keep the one before, and ask what it reaches. @param {(trial: import("../trial.js").Trial) => void} change */
  #change(change) {
    this.past.push(this.#address());
    this.past.splice(0, this.past.length - MOST_UNDONE);
    change(this.trial);
    this.#ask();
  }

  #ask() {
    history.replaceState(null, "", this.#address());
    this.#showPosts();
    this.newest.ask(this.#wish());
  }

  #wish(withRange = true) {
    return asWish(this.trial, new Set(this.consultants.map(({ properties }) => properties.id)), withRange);
  }

  #address() {
    const { view, edge, trial } = this;
    const head = writeState({ ...defaultState(), view, minutes: edge, profile: trial.profile });
    const parts = writeTrial({ ...trial, profile: "car" });
    return `${location.pathname}${head}${parts.length ? `${head ? "&" : "?"}${parts.join("&")}` : ""}`;
  }

  /** @param {NonNullable<import("../filters.js").State["view"]>} view */
  #moved(view) {
    if (document.body.dataset.ready === undefined) return;
    this.view = view;
    history.replaceState(null, "", this.#address());
  }

  /** @param {string} id @param {Spot} at */
  #drag(id, at) {
    if (!this.held) this.held = this.#address();
    this.#put(id, at);
    this.newest.ask(this.#wish(false), false);
  }

  /** @param {string} id @param {Spot} at */
  #place(id, at) {
    const before = this.held ?? this.#address();
    this.held = "";
    this.past.push(before);
    this.#put(id, at);
    this.#ask();
  }

  /** @param {string} id @param {Spot} at */
  #put(id, [lon, lat]) {
    const at = /** @type {Spot} */ ([Number(lon.toFixed(6)), Number(lat.toFixed(6))]);
    if (id.startsWith("+")) this.trial.added[Number(id.slice(1)) - 1] = at;
    else this.trial.moved.set(id, at);
  }

  /** @param {string} id */
  #choose(id) {
    this.chosen = id;
    if (this.aim?.kind === "move" && this.aim.id !== id) this.#aimAt(null);
    this.#showPosts();
    this.#showPanel();
  }

  /** Let the next place that is chosen on the map mean something; null: nothing any more. @param {Aim|null} aim */
  #aimAt(aim) {
    this.aim = aim;
    this.map.aim(aim !== null);
    const bar = byId("aim");
    bar.hidden = aim === null;
    if (!aim) return byId("map").focus({ preventScroll: true });
    this.sheet.set("peek");
    const name = aim.kind === "move" ? this.#rows().find((row) => row.id === aim.id)?.base ?? "" : "";
    const [words, main] = {
      move: [`${name}の相談員を移す場所を、地図を押して選びます。`, "＋の場所に移す"],
      add: ["増やす相談員の場所を、地図を押して選びます。", "＋の場所に増やす"],
      close: ["通行止めにする道を、地図を押して選びます。", "＋の近くの道を閉じる"],
    }[aim.kind];
    fill(
      bar,
      element("p", { class: "aim__words", id: "aim-words" }, words),
      element("button", { type: "button", class: "button button--main", id: "aim-here", onclick: () => this.#hit(this.map.centre()) }, main),
      aim.kind !== "close" && this.#centreChoice(),
      element("button", { type: "button", class: "button", onclick: () => this.#aimAt(null) }, aim.kind === "close" ? "終わる" : "やめる"),
    );
    return byId("aim-here").focus();
  }

  #centreChoice() {
    const options = this.centres.map(({ name }, index) => element("option", { value: index }, name));
    return element("select", {
      class: "select", "aria-label": "地区センターから選ぶ",
      onchange: (event) => {
        const centre = this.centres[Number(/** @type {HTMLSelectElement} */ (event.target).value)];
        if (centre) this.#hit(centre.at);
      },
    }, element("option", { value: "" }, "地区センターから選ぶ"), options);
  }

  /** A place was chosen for what is aimed at. @param {Spot} at */
  #hit(at) {
    const { aim } = this;
    if (!aim) return;
    if (aim.kind === "close") return void this.#close(at);
    const id = aim.kind === "move" ? aim.id : `+${this.trial.added.length + 1}`;
    if (aim.kind === "add" && this.trial.added.length >= MOST.added) return this.#say(`増やせるのは${MOST.added}人までです。`);
    this.#aimAt(null);
    this.chosen = id;
    this.#place(id, at);
    this.map.bring(at);
  }

  /** @param {Spot} at */
  #close(at) {
    if (this.trial.closed.length >= MOST.closed) return this.#say(`通行止めにできるのは${MOST.closed}か所までです。`);
    return this.#change(({ closed }) => closed.push([Number(at[0].toFixed(6)), Number(at[1].toFixed(6))]));
  }

  /** @param {string} id */
  #remove(id) {
    this.chosen = id.startsWith("+") ? null : id;
    this.#change((trial) => {
      if (id.startsWith("+")) trial.added.splice(Number(id.slice(1)) - 1, 1);
      else {
        trial.moved.delete(id);
        trial.removed.add(id);
      }
    });
  }

  #undo() {
    const before = this.past.pop();
    if (before === undefined) return;
    this.#restore(readTrial(before.slice(before.indexOf("?") + 1)));
  }

  #reset() {
    this.past.push(this.#address());
    this.#restore(asItIs(this.trial.profile));
  }

  /** @param {import("../trial.js").Trial} trial */
  #restore(trial) {
    this.trial = trial;
    this.chosen = null;
    /** @type {HTMLSelectElement} */ (byId("profile")).value = trial.profile;
    this.#ask();
  }

  // --- what is shown -----------------------------------------------------------------------------------------------------

  /** Show what the service found. @param {Tried} tried */
  #show(tried) {
    this.tried = tried;
    const seconds = unpack(tried.cells.seconds);
    const nearest = unpack(tried.cells.nearest);
    if (seconds.length !== this.map.cells.cells.length) return location.reload();
    this.map.cells.change((cell, index) => ({
      travel_time_s: seconds[index] ?? null,
      consultant: tried.consultants[nearest[index] ?? -1]?.id ?? null,
      reason: seconds[index] === null ? cell.reason ?? "" : cell.reason,
    }));
    this.map.showClosed(tried.closed, roadName);
    this.legend.showCoverage(/** @type {any} */ (tried), {
      profile: this.#profileTitle(), network: networkText(this.status), basis: basisText(this.status, tried.profile), layers: LAYERS,
    });
    this.#showPosts();
    this.#showPanel();
    if (!this.held) {
      this.map.writeNames();
      this.#say(this.#summary(tried));
    }
    document.body.dataset.answered = String(Number(document.body.dataset.answered ?? 0) + 1);
    return undefined;
  }

  #showPosts() {
    this.map.posts.show(this.#rows().filter((row) => !row.isGone), this.chosen);
  }

  #showPanel() {
    const { status, tried, edge, chosen, trial, past } = this;
    if (!tried) return;
    this.panel.show({
      status, tried, edge, rows: this.#rows(), chosen, isNow: isAsItIs(trial), canUndo: past.length > 0,
      acts: {
        minutes: (value) => {
          this.edge = value;
          history.replaceState(null, "", this.#address());
          this.#showPanel();
        },
        choose: (id) => this.#choose(id),
        aim: (id) => this.#aimAt({ kind: "move", id }),
        remove: (id) => this.#remove(id),
        putBack: (id) => this.#change(({ moved, removed }) => void (moved.delete(id), removed.delete(id))),
        add: () => this.#aimAt({ kind: "add" }),
        close: () => this.#aimAt({ kind: "close" }),
        reopen: (index) => this.#change(({ closed }) => closed.splice(index, 1)),
        undo: () => this.#undo(),
        reset: () => this.#reset(),
      },
    });
    const key = String(edge);
    fill(
      byId("summary"), element("span", {}, `${edge}分以内`), element("strong", {}, `${count(tried.covered[key] ?? 0)}人`),
      element("span", { class: "change" }, `いまより ${signed(tried.difference.covered[key] ?? 0)}人`),
    );
  }

  /** Return every consultant with where it is tried. @returns {import("../panels/what-if-panel.js").Row[]} */
  #rows() {
    const placed = new Map((this.tried?.placed ?? []).map((item) => [item.id, item]));
    const off = /** @type {(id: string) => {isOff: boolean, far: number|null}} */ ((id) => (
      { isOff: placed.get(id)?.reason === "off_network", far: placed.get(id)?.distance_m ?? null }
    ));
    const { moved, added, removed } = this.trial;
    return [
      ...this.consultants.map(({ geometry, properties: { id, base } }) => {
        const from = geometry?.coordinates ?? null;
        const state = /** @type {"moved"|"same"} */ (moved.has(id) ? "moved" : "same");
        return { id, base, at: moved.get(id) ?? from, from, state, isGone: removed.has(id), ...off(id) };
      }),
      ...added.map((at, index) => {
        const id = `+${index + 1}`;
        return { id, base: `追加${index + 1}`, at, from: null, state: /** @type {"added"} */ ("added"), isGone: false, ...off(id) };
      }),
    ];
  }

  /** @param {number} index */
  #showClosed(index) {
    this.sheet.atLeast("half");
    /** @type {HTMLElement|null} */ (this.panel.querySelector(`[data-key="reopen-${index}"]`))?.focus();
  }

  /** @param {import("../types.js").CellFeature} cell @returns {HTMLElement} */
  #describe({ properties }) {
    const found = this.#rows().map(({ id, base }) => ({ properties: { id, base: shortBase(base) } }));
    if (properties.travel_time_s !== null || properties.reason) return describeCell(properties, /** @type {any} */ (found), this.trial.profile);
    return element(
      "div", {}, element("p", {}, element("strong", {}, "この配置では、だれも到達できません")),
      element("p", { class: "quiet" }, `${properties.district}の250 m四方に ${count(properties.population)}人・${count(properties.households)}世帯`),
    );
  }

  #profileTitle() {
    const profile = this.status.profiles.find((item) => item.name === this.trial.profile);
    return profile ? profile.title + (profile.is_assumption ? "(仮定)" : "") : "";
  }

  /** @param {Tried} tried */
  #summary(tried) {
    return `${this.edge}分以内 ${count(tried.covered[String(this.edge)] ?? 0)}人。${changeWords(tried, this.edge)}`;
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!(error instanceof api.ApiError)) throw error;
    fill(this.panel, errorNote(error, () => (this.tried ? this.#ask() : location.reload())));
    this.sheet.atLeast("half");
  }

  /** @param {string} words */
  #say(words) {
    byId("live").textContent = words;
  }
}

/** Show the page. */
export async function start() {
  try {
    await new WhatIfPage(await api.getStatus()).load();
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    fill(byId("what-if"), errorNote(error, () => location.reload()));
  }
}
