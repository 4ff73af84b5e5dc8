/** The page of closed roads: the calendar, the map, and the form. */

import { readState } from "#kit/address.js";
import * as api from "#kit/api.js";
import { openDialog } from "#kit/dialog.js";
import { element, fill } from "#kit/element.js";
import { errorNote } from "#kit/notes.js";
import { Sheet } from "#kit/sheet.js";
import { asApiError, boundsOf, byId, openPage, say, setUpPrinting, writeAddress } from "#kit/shell.js";
import { listenForUndo } from "#kit/undo.js";
import { ClosureLayer } from "#map/closure-layer.js";
import { drawGround } from "#map/ground.js";
import { MapView } from "#map/map-view.js";
import { SectionDrawing } from "#map/section-drawing.js";
import { closureForm, emptyDraft, winterDraft } from "#rooms/roads/closure-form.js";
import { closureDetails, closureList, effectNote } from "#rooms/roads/closure-list.js";
import { lengthText } from "#rooms/roads/closure-words.js";

/** @typedef {import("#kit/types.js").ClosureFeature} ClosureFeature */
/** @typedef {import("#kit/types.js").ClosureDraft} Draft */
/** @typedef {import("#map/section-drawing.js").Place} Place */

/** Everything on the page. */
class RoadsPage {
  /** @param {import("#kit/types.js").Status} status */
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
    this.map = new MapView(byId("map"), boundsOf(status), {
      onOpen: () => {},
      onMove: () => {},
      describeCell: () => element("div", {}),
      hiddenBelow: () => this.sheet.covers(),
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
    listenForUndo({
      undo: () => this.drawing.isOn && this.drawing.undo(),
      redo: () => this.drawing.isOn && this.drawing.redo(),
    });
    setUpPrinting();
  }

  /** @returns {HTMLDialogElement} */
  get confirm() {
    return byId("confirm-remove");
  }

  async load() {
    const ground = await drawGround(this.map, this.status);
    await this.#reload();
    const { view } = readState(location.search);
    this.sheet.atLeast("half");
    if (view) this.map.setView(view);
    else this.map.showCity(false);
    this.#readAddress();
    await ground.roads;
  }

  async #reload() {
    this.closures = (await api.getClosures()).features;
    this.layer.show(
      this.closures.filter((item) => item.properties.state !== "past" || item.properties.id === this.chosen),
      this.chosen,
    );
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
    const query = id === null ? "" : `?closure=${id}`;
    if (remember && query !== location.search) writeAddress(query, "push");
    this.layer.show(
      this.closures.filter((item) => item.properties.state !== "past" || item.properties.id === id),
      id,
    );
    byId("panel-scroll").scrollTop = 0;
  }

  /** Show the calendar. @param {boolean} [remember] */
  #list(remember = true) {
    const before = this.chosen;
    this.#choose(null, remember);
    fill(
      this.view,
      closureList(this.closures, {
        onOpen: (id) => void this.open(id),
        onAdd: () => this.#place(emptyDraft()),
        onWinter: () => this.#place(winterDraft()),
      }),
    );
    const opened = /** @type {HTMLElement|null} */ (document.querySelector(`[data-closure="${before}"]`));
    if (remember) (opened ?? byId("roads-title")).focus();
  }

  /** Show one closure and what it costs. @param {number} id @param {boolean} [remember] */
  async open(id, remember = true) {
    const feature = this.closures.find((item) => item.properties.id === id);
    if (!feature) return;
    this.#choose(id, remember);
    const closure = feature.properties;
    fill(
      this.view,
      closureDetails(closure, {
        onBack: () => this.#list(),
        onEdit: () => this.#edit({ ...draftOf(feature) }),
        onRemove: () => this.#askRemove(closure),
      }),
    );
    this.sheet.atLeast("half");
    this.sheet.atMostHalf();
    this.layer.goTo(id, this.sheet.covers());
    byId("closure-title").focus();
    if (closure.state === "open")
      fill(byId("effect"), element("p", { class: "quiet" }, "車は通れるので、時間の計算には入れません。"));
    else await this.#showEffect(id);
  }

  /** @param {number} id */
  async #showEffect(id) {
    try {
      const effect = await api.getClosureEffect(id);
      if (this.chosen === id && byId("effect")) fill(byId("effect"), effectNote(effect));
    } catch (error) {
      const { message, detail } = asApiError(error);
      if (this.chosen === id && byId("effect"))
        fill(byId("effect"), element("p", { class: "quiet" }, `影響を計算できません: ${message}。${detail}`));
    }
  }

  // --- choosing a stretch on the map -----------------------------------------------------------------------------------

  /** @param {Draft} draft @param {"road"|"line"} [mode] */
  #place(draft, mode = "road") {
    this.draft = draft;
    this.mode = mode;
    document.body.classList.add("is-drawing");
    fill(
      this.view,
      element(
        "div",
        {},
        element("h2", {}, "区間を選んでいます"),
        element("p", {}, "地図の上で選んでください。選び終わると、入力の画面に戻ります。"),
        element("p", { class: "quiet" }, "キーボードでは、矢印キーで地図を動かし、Enterで中央の場所を選びます。"),
      ),
    );
    this.sheet.set("peek");
    this.drawing.start();
    byId("map").focus({ preventScroll: true });
    this.#hint([]);
  }

  /** @param {Place[]} places */
  #hint(places) {
    const road = this.mode === "road";
    byId("draw-hint").textContent = road
      ? (["通行止めの始まりを、道路の上で選んでください。", "終わりを選んでください。"][places.length] ??
        "区間をさがしています…")
      : places.length < 2
        ? "道路に沿って、順に点を選んでください。"
        : `${places.length}点を選びました。続けるか「この線にする」を押してください。`;
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
      this.#edit({
        ...this.draft,
        geometry: section.geometry,
        edges,
        network,
        length_m: length,
        name: this.draft.name || name,
      });
      say(`区間を選びました。${lengthText(length)}です。`);
    } catch (error) {
      const { message, detail } = asApiError(error);
      this.drawing.start();
      byId("draw-hint").textContent = `${detail || message} もう一度、始まりから選んでください。`;
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
    if (shape)
      this.drawing.show(
        /** @type {Place[][]} */ (shape.type === "LineString" ? [shape.coordinates] : shape.coordinates),
      );
    fill(
      this.view,
      closureForm(draft, draft.version === 0, {
        onSave: (filled) => void this.#save(filled),
        onPlace: (filled) => this.#place(filled),
        onCancel: () => (this.chosen === null ? this.#list() : void this.open(this.chosen)),
      }),
    );
    byId("panel-scroll").scrollTop = 0;
    this.sheet.set("full");
    byId("form-title").focus();
  }

  /** @param {Draft} draft */
  async #save(draft) {
    this.draft = draft;
    if (!draft.name || !draft.geometry) {
      this.#wrong(
        "まだ足りません",
        draft.geometry ? "路線名を入れてください。" : "「地図で選ぶ」を押して、区間を選んでください。",
      );
      return;
    }
    try {
      const kept = draft.version === 0 ? null : this.chosen;
      const saved = /** @type {ClosureFeature} */ (
        kept === null ? await api.send("POST", "/closures", draft) : await api.send("PUT", `/closures/${kept}`, draft)
      );
      await this.#reload();
      say(`${saved.properties.name}を保存しました。`);
      await this.open(saved.properties.id);
    } catch (error) {
      const { message, detail } = asApiError(error);
      this.#wrong(message, detail);
    }
  }

  /** @param {string} title @param {string} detail */
  #wrong(title, detail) {
    fill(
      byId("form-error"),
      element(
        "div",
        { class: "note note--wrong", role: "alert" },
        element("strong", {}, title),
        element("p", {}, detail),
      ),
    );
    byId("form-error").scrollIntoView({ block: "center" });
  }

  /** @param {import("#kit/types.js").Closure} closure */
  #askRemove(closure) {
    byId("remove-name").textContent = closure.name;
    openDialog(this.confirm);
  }

  async #remove() {
    this.confirm.close();
    const closure = this.closures.find((item) => item.properties.id === this.chosen)?.properties;
    if (!closure) return;
    try {
      await api.send("DELETE", `/closures/${closure.id}?version=${closure.version}`, {});
      await this.#reload();
      this.#list();
      say(`${closure.name}を消しました。`);
    } catch (error) {
      const told = asApiError(error);
      await this.#reload();
      fill(
        this.view,
        errorNote(told, () => this.#list()),
      );
    }
  }
}

/** Return a stored closure as it is edited. @param {ClosureFeature} feature @returns {Draft} */
function draftOf({ geometry, properties }) {
  const {
    name,
    place,
    content,
    detour,
    reason,
    source,
    length_m,
    valid_from,
    valid_to,
    yearly_from,
    yearly_to,
    time_zone,
    version,
  } = properties;
  return {
    name,
    place,
    content,
    detour,
    reason,
    source,
    length_m,
    valid_from,
    valid_to,
    yearly_from,
    yearly_to,
    time_zone,
    version,
    geometry,
    edges: null,
    network: "",
  };
}

await openPage((status) => new RoadsPage(status).load(), "view");
