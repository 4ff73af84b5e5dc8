/** The map of who is reached: keeps map, panels and address in step. */

import { readState, shown, writeState } from "#kit/address.js";
import * as api from "#kit/api.js";
import { fill } from "#kit/element.js";
import { drawHeader } from "#kit/header.js";
import { describeCell, emptyNote, errorNote } from "#kit/notes.js";
import { asApiError, boundsOf, byId, openPage, say, setUpPrinting, writeAddress } from "#kit/shell.js";
import { listenForSources } from "#kit/sources-dialog.js";
import { listenToTabs, markTab } from "#kit/tabs.js";
import { basisText, networkText, profileTitle } from "#kit/words.js";
import { drawToday } from "#map/closure-layer.js";
import { askForLand, drawGround } from "#map/ground.js";
import { Legend, leftOut } from "#map/legend.js";
import { MapView } from "#map/map-view.js";
import { bySite, placeOf } from "#map/sites.js";
import "#rooms/plan/coverage-panel.js";
import "#kit/details-panel.js";
import "#rooms/plan/resource-panel.js";
import "#kit/search-box.js";
import { isSmallWindow, Sheet } from "#kit/sheet.js";

/** @typedef {import("#kit/address.js").State} State */
/** @typedef {import("#kit/address.js").Selection} Selection */
/** @typedef {import("#kit/types.js").Coverage} Coverage */

/** Near enough to tell one mark from the next. */
const NEAR = 13.5;
const TABS = /** @type {const} */ (["coverage", "resources"]);

/** Everything on the page. */
class PlanPage {
  /** @param {import("#kit/types.js").Status} status */
  constructor(status) {
    this.status = status;
    this.state = readState(location.search);
    /** @type {import("#kit/types.js").ResourceFeature[]} */
    this.resources = [];
    /** @type {import("#kit/types.js").ConsultantFeature[]} */
    this.consultants = [];
    /** @type {string[]} */
    this.districts = [];
    /** @type {Coverage|null} */
    this.coverage = null;
    /** @type {import("#kit/types.js").NotReached|null} */
    this.left = null;
    /** Whether the list shows other resources than the map; a hidden list is made when it is opened. */
    this.isListOld = true;
    this.panels = {
      /** @type {import("#rooms/plan/coverage-panel.js").CoveragePanel} */ coverage: byId("coverage"),
      /** @type {import("#rooms/plan/resource-panel.js").ResourcePanel} */ resources: byId("resources"),
      /** @type {import("#kit/details-panel.js").DetailsPanel} */ details: byId("details"),
      /** @type {import("#kit/sources-dialog.js").SourcesDialog} */ sources: byId("sources"),
    };
    this.sheet = new Sheet(byId("panel"), byId("panel-handle"));
    this.legend = new Legend(byId("legend"), !isSmallWindow());
    this.legend.hide();
    this.map = new MapView(byId("map"), boundsOf(status), {
      onOpen: (selection) => this.select(selection),
      onMove: (view) => this.#moved(view),
      describeCell: (cell) => describeCell(cell.properties, this.consultants, this.state.profile),
      hiddenBelow: () => this.sheet.covers(),
    });
    drawHeader(status, this.state.profile, (profile) => this.#changeProfile(profile));
    this.#listen();
  }

  /** @param {ReturnType<typeof askForLand>} land */
  async load(land) {
    const base = this.#loadBase(land);
    const [ground] = await Promise.all([base, this.#loadCoverage(base)]);
    if (!this.state.view) this.map.showCity(false);
    await this.#showSelected(false, this.state.view ? {} : { zoom: NEAR });
    await ground.roads;
  }

  /** Draw the land and the marks. @param {ReturnType<typeof askForLand>} land */
  async #loadBase(land) {
    const closures = api.getClosures(new Date().toISOString());
    closures.catch(() => {});
    const [ground, resources, consultants] = await Promise.all([
      drawGround(this.map, this.status, land),
      api.getResources(),
      api.getConsultants(),
    ]);
    this.districts = ground.districts;
    this.resources = resources.features;
    this.consultants = consultants.features;
    if (this.state.view) this.map.setView(this.state.view);
    this.#showTab();
    this.#showMarks();
    drawToday(this.map.map, this.legend.box, (await closures).features);
    return ground;
  }

  #listen() {
    const on = /** @type {(name: string, act: (detail: any) => void) => void} */ (
      (name, act) => document.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail))
    );
    on("open", (selection) => this.select(selection, NEAR));
    on("close", () => this.select(null));
    on("show-on-map", () => this.#goToSelected(14));
    on("sources", () => this.panels.sources.open(this.status, this.coverage));
    on("minutes", (edge) => this.#change({ minutes: edge }, () => this.#showCoverage()));
    on("layer", ({ layer, on: wanted }) => this.#switchLayer(layer, wanted));
    on("district", (name) => this.#chooseDistrict(name));
    on("settlement", (row) => this.#goToSettlement(row));
    on("found", (found) => this.#goToFound(found));
    on("search-open", () => this.sheet.atLeast("half"));
    listenForSources(() => [this.status, this.coverage]);
    setUpPrinting(() => this.#profileTitle());
    listenToTabs(TABS, (tab) => this.#openTab(tab));
    window.addEventListener("popstate", () => this.#goBack());
  }

  /** Change what the page shows and its address. @param {Partial<State>} change @param {() => void} show @param {"push"|"replace"} [how] */
  #change(change, show, how = "replace") {
    Object.assign(this.state, change);
    writeAddress(writeState(this.state), how);
    show();
  }

  /** @param {NonNullable<State["view"]>} view */
  #moved(view) {
    if (document.body.dataset.ready !== undefined) this.#change({ view }, () => {});
  }

  #goBack() {
    const before = this.state;
    this.state = readState(location.search);
    /** @type {HTMLSelectElement} */ (byId("profile")).value = this.state.profile;
    if (this.state.view) this.map.setView(this.state.view);
    this.#showTab();
    this.#showMarks();
    if (before.profile !== this.state.profile) void this.#loadCoverage().then(() => this.#showSelected(false));
    else {
      this.#showCoverage();
      void this.#showSelected(false);
    }
  }

  /** @param {string} profile */
  #changeProfile(profile) {
    this.#change({ profile }, async () => {
      await this.#loadCoverage();
      await this.#showSelected(false);
    });
  }

  /** Ask for the figures and show them, after what must be there before. @param {Promise<unknown>} [before] */
  async #loadCoverage(before) {
    if (!this.status.network || !this.status.has_people) {
      fill(this.panels.coverage, emptyNote(this.status));
      this.sheet.atLeast("half");
      return;
    }
    const profile = this.state.profile;
    this.panels.coverage.setAttribute("aria-busy", "true");
    try {
      const [coverage, left] = await Promise.all([api.getCoverage(profile), api.getNotReached(profile)]);
      const cells = await api.getCells(coverage.run);
      await before;
      if (profile !== this.state.profile) return;
      this.coverage = coverage;
      this.left = left;
      this.map.cells.show(cells.features, coverage.minutes, this.state.minutes);
      this.#showCoverage();
      say(`${this.#profileTitle()}で計算した時間を表示しました。`);
    } catch (error) {
      const told = asApiError(error);
      if (profile === this.state.profile) this.#showNoCoverage(told);
    } finally {
      this.panels.coverage.removeAttribute("aria-busy");
    }
  }

  /** Say why there are no figures; those of another way of travelling must not stand in their place. @param {api.ApiError} error */
  #showNoCoverage(error) {
    this.coverage = null;
    this.map.cells.show([], [], this.state.minutes);
    this.legend.showMarks(this.state.layers, this.resources.length > 0);
    const again = () => this.#loadCoverage();
    fill(this.panels.coverage, errorNote(error, again));
  }

  #showCoverage() {
    this.map.cells.toggle(this.state.layers.has("cells"));
    const { status, coverage, left, consultants, state } = this;
    if (!coverage || !left) {
      this.#showLegend();
      return;
    }
    this.map.cells.setEdge(state.minutes);
    this.map.noteDistricts(state.layers.has("cells") ? leftOut(coverage, state.minutes) : new Map());
    const chosen = state.selected?.type === "consultant" ? state.selected.id : null;
    const { minutes: edge, district } = state;
    this.panels.coverage.show({ status, coverage, left, consultants, edge, chosen, district });
    if (!chosen) this.#showLegend();
  }

  #showLegend() {
    if (this.coverage && this.state.layers.has("cells")) {
      this.legend.showCoverage(this.coverage, this.#ground(this.coverage));
    } else this.legend.showMarks(this.state.layers, this.resources.length > 0);
  }

  /** Return what the colours stand on. @param {Coverage} coverage @returns {import("#map/legend.js").Ground} */
  #ground(coverage) {
    return {
      profile: this.#profileTitle(),
      network: networkText(this.status),
      basis: basisText(this.status, coverage.profile),
      layers: this.state.layers,
      edge: this.state.minutes,
    };
  }

  #showMarks() {
    const visible = shown(this.resources, this.state);
    const consultants = this.state.layers.has("consultants") ? this.consultants : [];
    this.map.showMarks(visible, consultants, this.state.selected);
    this.isListOld = true;
    this.#showList();
  }

  #showList() {
    if (!this.isListOld || this.state.tab !== "resources") return;
    this.isListOld = false;
    this.panels.resources.show({
      all: this.resources,
      visible: shown(this.resources, this.state),
      consultants: this.consultants.length,
      districts: this.districts,
      state: this.state,
    });
  }

  #profileTitle() {
    return profileTitle(this.status, this.state.profile);
  }

  /** @param {string} layer @param {boolean} on */
  #switchLayer(layer, on) {
    const layers = new Set(this.state.layers);
    layers[on ? "add" : "delete"](layer);
    this.#change({ layers }, () => {
      this.#showMarks();
      this.#showCoverage();
    });
  }

  /** @param {string} name */
  #chooseDistrict(name) {
    const again = name === this.state.district && this.state.tab === "coverage";
    this.#change({ district: again ? "" : name }, () => {
      this.#showMarks();
      this.#showCoverage();
      this.sheet.atMostHalf();
      if (this.state.district) this.map.showDistrict(name);
      else this.map.showCity();
    });
  }

  /** @param {import("#kit/types.js").NotReached["settlements"][number]} settlement */
  #goToSettlement({ name, lon, lat }) {
    if (lon === null || lat === null) return;
    this.sheet.atMostHalf();
    this.map.goTo([lon, lat], NEAR);
    say(`${name}を地図に表示しました。`);
  }

  /** @param {State["tab"]} tab */
  #openTab(tab) {
    this.sheet.atLeast("half");
    this.#change({ tab, selected: null }, () => {
      this.#showTab();
      void this.#showSelected(false);
    });
  }

  #showTab() {
    markTab(TABS, this.state.tab);
    for (const name of TABS) byId(`view-${name}`).hidden = name !== this.state.tab || this.state.selected !== null;
    byId("view-details").hidden = this.state.selected === null;
    this.#showList();
  }

  /** Open a resource, a consultant or a place, the map at least so near; null closes. @param {Selection|null} selected @param {number} [zoom] */
  select(selected, zoom) {
    const before = this.state.selected;
    const same = before?.type === selected?.type && before?.id === selected?.id;
    this.#change({ selected }, () => void this.#showSelected(true, { before, zoom }), same ? "replace" : "push");
  }

  /** @param {boolean} moveFocus @param {{before?: Selection|null, zoom?: number|undefined}} [how] */
  async #showSelected(moveFocus, { before = null, zoom } = {}) {
    const selected = this.state.selected;
    this.#showTab();
    this.map.marks.choose(selected);
    this.map.showAccuracy(null, null);
    if (selected?.type !== "consultant") this.map.clearIsochrones();
    this.#showCoverage();
    if (!selected) {
      if (moveFocus && before && !this.map.marks.focus(before)) byId("tab-coverage").focus();
      return;
    }
    byId("panel-scroll").scrollTop = 0;
    this.sheet.atLeast("half");
    this.sheet.atMostHalf();
    if (selected.type !== "consultant") this.#goToSelected(zoom);
    try {
      if (selected.type === "resource") await this.#showResource(selected.id);
      else if (selected.type === "consultant") await this.#showConsultant(selected.id);
      else this.#showSite(selected.id);
    } catch (error) {
      const { message, detail } = asApiError(error);
      this.panels.details.showError(message, detail, () => this.#showSelected(true));
    }
    if (moveFocus && selected === this.state.selected) this.panels.details.focusTitle();
  }

  /** @param {string} id */
  async #showResource(id) {
    this.panels.details.showBusy();
    const feature = await api.getResource(id);
    if (this.state.selected?.id !== id) return;
    this.panels.details.showResource(feature);
    this.map.showAccuracy(feature.geometry?.coordinates ?? null, feature.properties.accuracy_m);
  }

  /** @param {string} id */
  async #showConsultant(id) {
    const consultant = this.consultants.find((item) => item.properties.id === id);
    const { coverage } = this;
    if (!consultant || !coverage) {
      this.panels.details.showError(
        "この相談員は見つかりません",
        "配置が変わったのかもしれません。一覧から選び直してください。",
        () => this.select(null),
      );
      return;
    }
    const figures = coverage.consultants.find((item) => item.id === id);
    const base = this.resources.find((item) => item.properties.id === consultant.properties.base_id);
    const accuracy = base?.properties.accuracy_m ?? null;
    this.map.showAccuracy(consultant.geometry?.coordinates ?? null, accuracy);
    this.panels.details.showConsultant(consultant.properties, accuracy, {
      catchment: figures?.catchment_population ?? 0,
      covered: figures?.covered ?? {},
      population: coverage.population,
      minutes: coverage.minutes,
      profile: coverage.profile,
      profileTitle: this.#profileTitle(),
    });
    const areas = await api.getIsochrones(id, coverage.minutes, this.state.profile);
    if (this.state.selected?.id !== id) return;
    this.map.showIsochrones(areas.features);
    this.legend.showIsochrones(consultant.properties.base, areas.features, coverage, this.#ground(coverage));
  }

  /** @param {string} site */
  #showSite(site) {
    const items = bySite(shown(this.resources, this.state)).get(site) ?? [];
    if (items.length) this.panels.details.showSite(items);
    else
      this.panels.details.showError(
        "この場所の資源は見つかりません",
        "表示する種類を変えたのかもしれません。一覧から選び直してください。",
        () => this.select(null),
      );
  }

  /** @param {number} [zoom] */
  #goToSelected(zoom) {
    const at = placeOf(this.state.selected, this.resources, this.consultants);
    if (at) this.map.goTo(at, zoom);
  }

  /** @param {import("#kit/types.js").Found} found */
  #goToFound(found) {
    if (found.type === "resource" && found.kind) {
      const layers = new Set(this.state.layers).add(found.kind);
      this.#change({ layers, district: "" }, () => this.#showMarks());
    }
    if (found.type === "resource" || found.type === "consultant")
      this.select({ type: found.type, id: String(found.id) }, NEAR);
    else if (found.type === "district") {
      this.#change({ selected: null, district: found.name }, () => {
        this.#showMarks();
        void this.#showSelected(false);
        this.map.showDistrict(found.name);
      });
    } else if (found.lon !== null && found.lat !== null) this.map.goTo([found.lon, found.lat], 14);
    this.sheet.atMostHalf();
    say(`${found.name}を地図に表示しました。`);
  }
}

const land = askForLand();
await openPage((status) => new PlanPage(status).load(land), "view-coverage");
