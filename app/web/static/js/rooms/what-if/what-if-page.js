/** The page on which a placement is tried: whatever is moved, added or closed is asked of the service at once, and nothing is stored. */

import { defaultState, readState, writeState } from "#kit/address.js";
import * as api from "#kit/api.js";
import { element, fill } from "#kit/element.js";
import { drawHeader } from "#kit/header.js";
import { describeCell, emptyNote, errorNote } from "#kit/notes.js";
import { isSmallWindow, Sheet } from "#kit/sheet.js";
import { asApiError, boundsOf, byId, openPage, say, setUpPrinting, writeAddress } from "#kit/shell.js";
import { listenForSources } from "#kit/sources-dialog.js";
import { listenForUndo, Undo } from "#kit/undo.js";
import { basisText, count, meansText, networkText, profileTitle, shortBase } from "#kit/words.js";
import { drawGround } from "#map/ground.js";
import { Legend } from "#map/legend.js";
import { hideAimBar, showAimBar } from "#rooms/what-if/aim-bar.js";
import { Newest } from "#rooms/what-if/newest.js";
import {
  addedId,
  addedIndex,
  asItIs,
  asWish,
  isAsItIs,
  MOST,
  put,
  readTrial,
  rounded,
  rowsOf,
  signed,
  takeAway,
  unpack,
  writeTrial,
} from "#rooms/what-if/trial.js";
import { WhatIfMap } from "#rooms/what-if/what-if-map.js";
import { changeWords, leftOf, roadName } from "#rooms/what-if/what-if-panel.js";

/** @typedef {import("#kit/types.js").Spot} Spot */
/** @typedef {import("#rooms/what-if/trial.js").Tried} Tried */
/** @typedef {import("#rooms/what-if/aim-bar.js").Aim} Aim */

const LAYERS = new Set(["cells", "consultants"]);

/** Everything on the page. */
class WhatIfPage {
  /** @param {import("#kit/types.js").Status} status */
  constructor(status) {
    this.status = status;
    this.trial = readTrial(location.search);
    const { view, minutes } = readState(location.search);
    this.view = view;
    this.edge = minutes;
    /** What was tried before, each as the part of the address that tells it. */
    this.steps = new Undo(this.#told());
    /** @type {import("#kit/types.js").ConsultantFeature[]} */
    this.consultants = [];
    /** @type {{name: string, at: Spot}[]} */
    this.centres = [];
    /** @type {string|null} */
    this.chosen = null;
    /** @type {Aim|null} */
    this.aim = null;
    /** Whether a hand holds a mark: what lies on its way is shown, but is no step. */
    this.isHeld = false;
    /** @type {Tried|null} */
    this.tried = null;
    /** @type {import("#rooms/what-if/what-if-panel.js").WhatIfPanel} */
    this.panel = byId("what-if");
    this.sheet = new Sheet(byId("panel"), byId("panel-handle"));
    this.legend = new Legend(byId("legend"), !isSmallWindow());
    this.legend.hide();
    this.map = new WhatIfMap(byId("map"), boundsOf(status), {
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
    const [ground, resources, consultants] = await Promise.all([
      drawGround(map, status),
      api.getResources(),
      api.getConsultants(),
    ]);
    this.consultants = consultants.features;
    this.centres = resources.features.flatMap(({ geometry, properties }) =>
      properties.kind === "centre" && geometry ? [{ name: properties.name, at: geometry.coordinates }] : [],
    );
    map.cells.toggle(true);
    if (this.view) map.setView(this.view);
    await this.#begin();
    await ground.roads;
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
      this.map.cells.show(cells.features, coverage.minutes, this.edge);
      this.#show(await api.send("POST", "/coverage/what-if", this.#wish()));
      if (!this.view) this.map.showCity(false);
    } catch (error) {
      this.#fail(error);
    }
  }

  #listen() {
    listenForSources(() => [this.status, null]);
    listenForUndo({ undo: () => this.#restore(this.steps.undo()), redo: () => this.#restore(this.steps.redo()) });
    setUpPrinting(() => "ためしの配置");
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.aim) this.#aimAt(null);
    });
  }

  // --- what a person does ----------------------------------------------------------------------------------------------

  /** Change the placement as one step, and ask what it reaches. @param {(trial: import("#rooms/what-if/trial.js").Trial) => void} change */
  #change(change) {
    change(this.trial);
    this.isHeld = false;
    this.steps.did(this.#told());
    this.#ask();
  }

  #ask() {
    writeAddress(this.#query());
    this.#showPosts();
    this.newest.ask(this.#wish());
  }

  #wish(withRange = true) {
    return asWish(this.trial, new Set(this.consultants.map(({ properties }) => properties.id)), withRange);
  }

  /** Return the placement as the address tells it; nothing for the one of today. @returns {string} */
  #told() {
    return writeTrial(this.trial).join("&");
  }

  /** @returns {string} */
  #query() {
    const { view, edge, trial } = this;
    const head = writeState({ ...defaultState(), view, minutes: edge, profile: trial.profile });
    const parts = writeTrial({ ...trial, profile: "car" }).join("&");
    return parts === "" ? head : `${head === "" ? "?" : `${head}&`}${parts}`;
  }

  /** @param {NonNullable<import("#kit/address.js").State["view"]>} view */
  #moved(view) {
    if (document.body.dataset.ready === undefined) return;
    this.view = view;
    writeAddress(this.#query());
  }

  /** @param {string} id @param {Spot} at */
  #drag(id, at) {
    this.isHeld = true;
    put(this.trial, id, at);
    this.newest.ask(this.#wish(false), false);
  }

  /** @param {string} id @param {Spot} at */
  #place(id, at) {
    this.#change((trial) => put(trial, id, at));
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
    if (!aim) {
      hideAimBar();
      byId("map").focus({ preventScroll: true });
      return;
    }
    this.sheet.set("peek");
    const name = aim.kind === "move" ? (this.#rows().find((row) => row.id === aim.id)?.base ?? "") : "";
    showAimBar(aim.kind, name, this.centres, {
      onHere: () => this.#hit(this.map.centre()),
      onPlace: (at) => this.#hit(at),
      onEnd: () => this.#aimAt(null),
    });
  }

  /** A place was chosen for what is aimed at. @param {Spot} at */
  #hit(at) {
    const { aim } = this;
    if (!aim) return;
    if (aim.kind === "close") return this.#close(at);
    if (aim.kind === "add" && this.trial.added.length >= MOST.added)
      return say(`増やせるのは${MOST.added}人までです。`);
    const id = aim.kind === "move" ? aim.id : addedId(this.trial.added.length);
    this.#aimAt(null);
    this.chosen = id;
    this.#place(id, at);
    this.map.bring(at);
  }

  /** @param {Spot} at */
  #close(at) {
    if (this.trial.closed.length >= MOST.closed) return say(`通行止めにできるのは${MOST.closed}か所までです。`);
    return this.#change(({ closed }) => void closed.push(rounded(at)));
  }

  /** @param {string} id */
  #remove(id) {
    this.chosen = addedIndex(id) === null ? id : null;
    this.#change((trial) => takeAway(trial, id));
  }

  #reset() {
    this.steps.did(writeTrial(asItIs(this.trial.profile)).join("&"));
    this.#restore(this.steps.state);
  }

  /** Show a placement of before. @param {string} told */
  #restore(told) {
    if (told === this.#told()) return;
    this.trial = readTrial(told);
    this.chosen = null;
    /** @type {HTMLSelectElement} */ (byId("profile")).value = this.trial.profile;
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
      reason: seconds[index] === null ? (cell.reason ?? "") : cell.reason,
    }));
    this.map.showClosed(tried.closed, roadName);
    this.#showLegend();
    this.#showPosts();
    this.#showPanel();
    if (!this.isHeld) {
      this.map.writeNames();
      say(this.#summary(tried));
    }
    document.body.dataset.answered = String(Number(document.body.dataset.answered ?? 0) + 1);
    return undefined;
  }

  #showLegend() {
    const { tried, edge } = this;
    if (!tried) return;
    this.legend.showCoverage(/** @type {any} */ (tried), {
      profile: this.#profileTitle(),
      network: networkText(this.status),
      basis: basisText(this.status, tried.profile),
      layers: LAYERS,
      edge,
    });
  }

  #showPosts() {
    this.map.posts.show(
      this.#rows().filter((row) => !row.isGone),
      this.chosen,
    );
  }

  #showPanel() {
    const { status, tried, edge, chosen, trial, steps } = this;
    if (!tried) return;
    this.panel.show({
      status,
      tried,
      edge,
      rows: this.#rows(),
      chosen,
      isNow: isAsItIs(trial),
      canUndo: steps.canUndo,
      canRedo: steps.canRedo,
      acts: {
        minutes: (value) => {
          this.edge = value;
          writeAddress(this.#query());
          this.map.cells.setEdge(value);
          this.#showLegend();
          this.#showPanel();
        },
        choose: (id) => this.#choose(id),
        aim: (id) => this.#aimAt({ kind: "move", id }),
        remove: (id) => this.#remove(id),
        putBack: (id) =>
          this.#change(({ moved, removed }) => {
            moved.delete(id);
            removed.delete(id);
          }),
        add: () => this.#aimAt({ kind: "add" }),
        close: () => this.#aimAt({ kind: "close" }),
        reopen: (index) => this.#change(({ closed }) => void closed.splice(index, 1)),
        undo: () => this.#restore(steps.undo()),
        redo: () => this.#restore(steps.redo()),
        reset: () => this.#reset(),
      },
    });
    const { left, change } = leftOf(tried, edge);
    fill(
      byId("summary"),
      element("span", {}, `${edge}分以内に着けない`),
      element("strong", {}, `${count(left)}人`),
      element("span", { class: "change" }, `いまより ${signed(change)}人`),
    );
  }

  /** @returns {import("#rooms/what-if/trial.js").Row[]} */
  #rows() {
    return rowsOf(this.trial, this.consultants, this.tried?.placed ?? []);
  }

  /** @param {number} index */
  #showClosed(index) {
    this.sheet.atLeast("half");
    /** @type {HTMLElement|null} */ (this.panel.querySelector(`[data-key="reopen-${index}"]`))?.focus();
  }

  /** @param {import("#kit/types.js").CellFeature} cell @returns {HTMLElement} */
  #describe({ properties }) {
    const found = this.#rows().map(({ id, base }) => ({ properties: { id, base: shortBase(base) } }));
    if (properties.travel_time_s !== null || properties.reason)
      return describeCell(properties, /** @type {any} */ (found), this.trial.profile);
    return element(
      "div",
      {},
      element("p", {}, element("strong", {}, `この配置では、だれも${meansText(this.trial.profile)}行けません`)),
      element(
        "p",
        { class: "quiet" },
        `${properties.district}の250 m四方に ${count(properties.population)}人・${count(properties.households)}世帯`,
      ),
    );
  }

  #profileTitle() {
    return profileTitle(this.status, this.trial.profile);
  }

  /** @param {Tried} tried */
  #summary(tried) {
    return `${this.edge}分以内に着けない人 ${count(leftOf(tried, this.edge).left)}人。${changeWords(tried, this.edge)}`;
  }

  /** @param {unknown} error */
  #fail(error) {
    fill(
      this.panel,
      errorNote(asApiError(error), () => (this.tried ? this.#ask() : location.reload())),
    );
    this.sheet.atLeast("half");
  }
}

await openPage((status) => new WhatIfPage(status).load(), "what-if");
