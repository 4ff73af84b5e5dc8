/** The page of closed roads: the calendar, the map, and the form. */

import * as api from "../api.js";
import { element, fill } from "../element.js";
import { lengthText } from "../closure-words.js";
import { readState } from "../filters.js";
import { ClosureLayer } from "../map/closure-layer.js";
import { MapView } from "../map/map-view.js";
import { SectionDrawing } from "../map/section-drawing.js";
import { closureDetails, closureList, effectNote } from "../panels/closure-list.js";
import { closureForm, emptyDraft, winterDraft } from "../panels/closure-form.js";
import { credit } from "../panels/header.js";
import { errorNote } from "../panels/notes.js";
import { Sheet } from "../panels/sheet.js";
import { momentText } from "../strings.js";

/** @typedef {import("../types.js").ClosureFeature} ClosureFeature */
/** @typedef {import("../types.js").ClosureDraft} Draft */
/** @typedef {import("../map/section-drawing.js").Place} Place */

/** @template {HTMLElement} T @param {string} id @returns {T} */
function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/** Everything on the page. */
class RoadsPage {
  /** @param {import("../types.js").Status} status */
  constructor(status) {
    this.status = status;
    /** @type {ClosureFeature[]} */
    this.closures = [];
    /** @type {number|null} */
    this.chosen = null;
    /** @type {Draft} */
    this.draft = emptyDraft();
    this.mode = /** @type {"road"|"line"} */ ("road");
    this.view = byId("view");
    this.sheet = new Sheet(byId("panel"), byId("panel-handle"));
    this.map = new MapView(byId("map"), status.bounds ?? [128, 30, 146, 46], {
      onOpen: () => {}, onMove: () => {}, describeCell: () => element("div", {}), hiddenBelow: () => this.sheet.covers(),
    });
    this.layer = new ClosureLayer(this.map.map, (id) => !this.drawing.isOn && void this.open(id));
    this.drawing = new SectionDrawing(this.map.map, (places) => void this.#drawn(places));
    byId("draw-centre").addEventListener("click", () => this.drawing.addCentre());
    byId("draw-undo").addEventListener("click", () => this.drawing.undo());
    byId("draw-cancel").addEventListener("click", () => this.#edit(this.draft));
    byId("draw-done").addEventListener("click", () => this.#takeLine());
    byId("draw-mode").addEventListener("click", () => this.#place(this.draft, this.mode === "road" ? "line" : "road"));
    byId("remove-cancel").addEventListener("click", () => this.confirm.close());
    byId("remove-confirm").addEventListener("click", () => void this.#remove());
    window.addEventListener("popstate", () => this.#readAddress());
    window.addEventListener("beforeprint", () => {
      byId("printed-on").textContent = `${momentText(new Date().toISOString())} 印刷`;
    });
  }

  /** @returns {HTMLDialogElement} */
  get confirm() {
    return byId("confirm-remove");
  }

  async load() {
    const [districts, places, roads] = await Promise.all([api.getDistricts(), api.getPlaces(), this.status.network ? api.getRoads() : null]);
    this.map.drawBase(districts.features, places.features, roads, credit(this.status));
    if (this.status.tiles) this.map.drawTiles(this.status.tiles.url, this.status.tiles.attribution);
    await this.#reload();
    const { view } = readState(location.search);
    this.sheet.atLeast("half");
    if (view) this.map.setView(view);
    else this.map.showCity(false);
    this.#readAddress();
    document.body.dataset.ready = "";
  }

  async #reload() {
    this.closures = (await api.getClosures()).features;
    this.layer.show(this.closures.filter((item) => item.properties.state !== "past" || item.properties.id === this.chosen), this.chosen);
  }

  #readAddress() {
    const id = Number(new URLSearchParams(location.search).get("closure"));
    if (this.closures.some((item) => item.properties.id === id)) void this.open(id, false);
    else this.#list(false);
  }

  /** @param {number|null} id @param {boolean} remember */
  #choose(id, remember) {
    this.chosen = id;
    this.drawing.stop();
    document.body.classList.remove("is-drawing");
    const address = id === null ? location.pathname : `${location.pathname}?closure=${id}`;
    if (remember && address !== location.pathname + location.search) history.pushState(null, "", address);
    this.layer.show(this.closures.filter((item) => item.properties.state !== "past" || item.properties.id === id), id);
    byId("panel-scroll").scrollTop = 0;
  }

  /** Show the calendar. @param {boolean} [remember] */
  #list(remember = true) {
    const before = this.chosen;
    this.#choose(null, remember);
    fill(this.view, closureList(this.closures, {
      onOpen: (id) => void this.open(id), onAdd: () => this.#place(emptyDraft()), onWinter: () => this.#place(winterDraft()),
    }));
    const opened = /** @type {HTMLElement|null} */ (document.querySelector(`[data-closure="${before}"]`));
    if (remember) (opened ?? byId("roads-title")).focus();
  }

  /** Show one closure and what it costs. @param {number} id @param {boolean} [remember] */
  async open(id, remember = true) {
    const feature = this.closures.find((item) => item.properties.id === id);
    if (!feature) return;
    this.#choose(id, remember);
    const closure = feature.properties;
    fill(this.view, closureDetails(closure, {
      onBack: () => this.#list(), onEdit: () => this.#edit({ ...draftOf(feature) }), onRemove: () => this.#askRemove(closure),
    }));
    this.sheet.atLeast("half");
    this.sheet.atMostHalf();
    this.layer.goTo(id, this.sheet.covers());
    byId("closure-title").focus();
    await this.#showEffect(id);
  }

  /** @param {number} id */
  async #showEffect(id) {
    try {
      const effect = await api.getClosureEffect(id);
      if (this.chosen === id && byId("effect")) fill(byId("effect"), effectNote(effect));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      if (this.chosen === id && byId("effect")) fill(byId("effect"), element("p", { class: "quiet" }, `影響を計算できません: ${error.message}。${error.detail}`));
    }
  }

  // --- choosing a stretch on the map -----------------------------------------------------------------------------------

  /** @param {Draft} draft @param {"road"|"line"} [mode] */
  #place(draft, mode = "road") {
    this.draft = draft;
    this.mode = mode;
    document.body.classList.add("is-drawing");
    fill(this.view, element(
      "div", {}, element("h2", {}, "区間を選んでいます"), element("p", {}, "地図の上で選んでください。選び終わると、入力の画面に戻ります。"),
      element("p", { class: "quiet" }, "キーボードでは、矢印キーで地図を動かし、Enterで中央の場所を選びます。"),
    ));
    this.sheet.set("peek");
    this.drawing.start();
    byId("map").focus({ preventScroll: true });
    this.#hint([]);
  }

  /** @param {Place[]} places */
  #hint(places) {
    const road = this.mode === "road";
    byId("draw-hint").textContent = road
      ? ["通行止めの始まりを、道路の上で選んでください。", "終わりを選んでください。"][places.length] ?? "区間をさがしています…"
      : places.length < 2 ? "道路に沿って、順に点を選んでください。" : `${places.length}点を選びました。続けるか「この線にする」を押してください。`;
    byId("draw-mode").textContent = road ? "線を引いて決める" : "始まりと終わりで決める";
    byId("draw-done").hidden = road || places.length < 2;
    byId("draw-undo").toggleAttribute("disabled", places.length === 0);
  }

  /** @param {Place[]} places */
  async #drawn(places) {
    this.#hint(places);
    const [start, end] = places;
    if (this.mode !== "road" || !start || !end || !this.drawing.isOn) return;
    try {
      const section = await api.getSection(start, end);
      const { name, length_m: length, edges, network } = section.properties;
      this.#edit({ ...this.draft, geometry: section.geometry, edges, network, length_m: length, name: this.draft.name || name });
      byId("live").textContent = `区間を選びました。${lengthText(length)}です。`;
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.drawing.start();
      byId("draw-hint").textContent = `${error.detail || error.message} もう一度、始まりから選んでください。`;
    }
  }

  #takeLine() {
    const line = /** @type {import("geojson").LineString} */ ({ type: "LineString", coordinates: this.drawing.places });
    this.#edit({ ...this.draft, geometry: line, edges: null, network: "", length_m: null });
  }

  // --- the form --------------------------------------------------------------------------------------------------------

  /** @param {Draft} draft */
  #edit(draft) {
    this.draft = draft;
    this.drawing.stop();
    document.body.classList.remove("is-drawing");
    const shape = draft.geometry;
    if (shape) this.drawing.show(/** @type {Place[][]} */ (shape.type === "LineString" ? [shape.coordinates] : shape.coordinates));
    fill(this.view, closureForm(draft, draft.version === 0, {
      onSave: (filled) => void this.#save(filled), onPlace: (filled) => this.#place(filled),
      onCancel: () => (this.chosen === null ? this.#list() : void this.open(this.chosen)),
    }));
    byId("panel-scroll").scrollTop = 0;
    this.sheet.set("full");
    byId("form-title").focus();
  }

  /** @param {Draft} draft */
  async #save(draft) {
    this.draft = draft;
    if (!draft.name || !draft.geometry) {
      this.#wrong("まだ足りません", draft.geometry ? "路線名を入れてください。" : "「地図で選ぶ」を押して、区間を選んでください。");
      return;
    }
    try {
      const kept = draft.version === 0 ? null : this.chosen;
      const saved = /** @type {ClosureFeature} */ (
        kept === null ? await api.send("POST", "/closures", draft) : await api.send("PUT", `/closures/${kept}`, draft)
      );
      await this.#reload();
      byId("live").textContent = `${saved.properties.name}を保存しました。`;
      await this.open(saved.properties.id);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.#wrong(error.message, error.detail);
    }
  }

  /** @param {string} title @param {string} detail */
  #wrong(title, detail) {
    fill(byId("form-error"), element("div", { class: "note note--wrong", role: "alert" }, element("strong", {}, title), element("p", {}, detail)));
    byId("form-error").scrollIntoView({ block: "center" });
  }

  /** @param {import("../types.js").Closure} closure */
  #askRemove(closure) {
    byId("remove-name").textContent = closure.name;
    this.confirm.showModal();
  }

  async #remove() {
    this.confirm.close();
    const closure = this.closures.find((item) => item.properties.id === this.chosen)?.properties;
    if (!closure) return;
    try {
      await api.send("DELETE", `/closures/${closure.id}?version=${closure.version}`, {});
      await this.#reload();
      this.#list();
      byId("live").textContent = `${closure.name}を消しました。`;
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      await this.#reload();
      fill(this.view, errorNote(error, () => this.#list()));
    }
  }
}

/** Return a stored closure as it is edited. @param {ClosureFeature} feature @returns {Draft} */
function draftOf({ geometry, properties }) {
  const { name, place, content, detour, reason, source, length_m, valid_from, valid_to, yearly_from, yearly_to, time_zone, version } = properties;
  return {
    name, place, content, detour, reason, source, length_m, valid_from, valid_to, yearly_from, yearly_to, time_zone, version, geometry, edges: null, network: "",
  };
}

/** Load what the page needs and show it; say so when that fails. */
export async function start() {
  try {
    await new RoadsPage(await api.getStatus()).load();
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    fill(byId("view"), errorNote(error, () => location.reload()));
  }
}
