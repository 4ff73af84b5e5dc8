/**
 * The map in one file: Folium names the layers and hands over their data, the modules of the other pages draw them, and
 * the switches of Folium show and hide them.
 */

import { element } from "#kit/element.js";
import { Sheet } from "#kit/sheet.js";
import { byId } from "#kit/shell.js";
import { Legend } from "#map/legend.js";
import { MapView } from "#map/map-view.js";
import { bySite } from "#map/sites.js";
import { bubbleOf, fromTemplate, siteList } from "#rooms/map-file/bubbles.js";

/** @typedef {import("#kit/address.js").Selection} Selection */
/** @typedef {import("#rooms/map-file/bubbles.js").Placed} Placed */
/** @typedef {import("#kit/types.js").Collection<any>} Features */
/**
 * @typedef {object} Drawn what Folium has named, for its switches
 * @property {L.LayerGroup} [cells]
 * @property {L.LayerGroup} [consultants]
 * @property {[string, L.LayerGroup][]} marks by kind of place
 * @property {[string, L.LayerGroup][]} areas by consultant
 * @property {L.LayerGroup} [noArea]
 * @property {L.Control.Layers} [switches]
 * @property {L.TileLayer} [tiles]
 */
/**
 * @typedef {object} Facts
 * @property {string} credit
 * @property {Features} districts
 * @property {Features} places names of settlements
 * @property {Features} roads
 * @property {Features} [cells]
 * @property {number[]} [minutes]
 * @property {Features} [consultants]
 * @property {Features} [places_of_kinds]
 * @property {Record<string, Features>} [areas]
 * @property {null|{coverage: import("#map/legend.js").Uncounted, profile: string, network: string, basis: string, edge: number}} legend
 */

const NEAR = 14;
const ROOM_OF_BUBBLE = { closeButton: true, minWidth: 240, maxWidth: 340, maxHeight: 360 };

/** @type {MapView} */
let view;
/** @type {FilePage|null} */
let page = null;

/** Return a new map in a part of the page. @param {string} id @param {[number, number, number, number]} bounds @returns {L.Map} */
export function openMap(id, bounds) {
  view = new MapView(byId(id), bounds, {
    onOpen: (selection) => page?.open(selection),
    onMove: () => {},
    describeCell: (cell) => fromTemplate(/** @type {any} */ (cell.properties).text),
    hiddenBelow: () => page?.sheet.covers() ?? 0,
  });
  return view.map;
}

/** Draw everything and listen. @param {Drawn} drawn @param {Facts} facts */
export function showPage(drawn, facts) {
  page = new FilePage(drawn, facts);
  // For whoever looks at the map from the console of the browser.
  Object.assign(globalThis, { map: view.map });
  document.documentElement.dataset.ready = "true";
}

/** Everything on the page. */
class FilePage {
  /** @param {Drawn} drawn @param {Facts} facts */
  constructor(drawn, facts) {
    this.drawn = drawn;
    this.facts = facts;
    this.places = /** @type {Placed[]} */ (facts.places_of_kinds?.features ?? []);
    this.consultants = /** @type {Placed[]} */ (facts.consultants?.features ?? []);
    this.sheet = new Sheet(
      byId("panel"),
      /** @type {HTMLElement} */ (document.querySelector(".panel__handle") ?? element("div")),
    );
    this.legend = new Legend(byId("legend"), !this.sheet.narrow.matches);
    this.legend.hide();
    placeSwitches(drawn.switches);
    view.drawLand(facts.districts.features, facts.places.features, facts.credit);
    view.drawRoads(facts.roads);
    view.cells.show(facts.cells?.features ?? [], facts.minutes ?? [], facts.legend?.edge ?? facts.minutes?.at(-1) ?? 0);
    this.#showLayers();
    this.#showArea();
    view.showCity(false);
    this.#listen();
  }

  #listen() {
    const { drawn } = this;
    view.map.on("overlayadd overlayremove", () => this.#showLayers());
    view.map.on("baselayerchange", () => this.#showArea());
    drawn.tiles?.on("add remove", () => view.setOverTiles(view.map.hasLayer(/** @type {L.TileLayer} */ (drawn.tiles))));
    this.sheet.narrow.addEventListener("change", () => this.legend.setOpen(!this.sheet.narrow.matches));
    document.addEventListener("click", (event) => this.#press(/** @type {Element} */ (event.target)));
    /** @type {Element|null} */
    let before = null;
    view.map.on("popupopen", ({ popup }) => {
      const active = document.activeElement;
      if (!popup.getElement()?.contains(active)) before = active;
    });
    view.map.on("popupclose", () => {
      view.showAccuracy(null, null);
      view.marks.choose(null);
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      before = null;
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && view.map.closePopup(), true);
  }

  /** Act on the buttons of panel, notice and bubbles. @param {Element} target */
  #press(target) {
    const button = /** @type {HTMLElement|null} */ (target.closest("[data-open], [data-area], [data-close]"));
    if (!button) return;
    const { open, area, close } = button.dataset;
    if (open) this.#openFromList(open);
    if (area) this.#chooseArea(area);
    if (close) byId(close).hidden = true;
    this.sheet.set("peek");
  }

  // --- switches --------------------------------------------------------------------------------------------------------

  /** @param {L.LayerGroup|undefined} layer @returns {boolean} */
  #isOn(layer) {
    return layer !== undefined && view.map.hasLayer(layer);
  }

  /** Show what is switched on. */
  #showLayers() {
    const { drawn } = this;
    view.cells.toggle(this.#isOn(drawn.cells));
    const consultants = this.#isOn(drawn.consultants) ? this.consultants : [];
    view.showMarks(/** @type {any} */ (this.#shownPlaces()), /** @type {any} */ (consultants), null);
  }

  /** @returns {Placed[]} */
  #shownPlaces() {
    const kinds = new Set(this.drawn.marks.filter(([, group]) => this.#isOn(group)).map(([kind]) => kind));
    return this.places.filter(({ properties }) => kinds.has(properties.kind ?? ""));
  }

  /** Show the area of the consultant that is chosen, or none. */
  #showArea() {
    const code = this.drawn.areas.find(([, group]) => this.#isOn(group))?.[0];
    const areas = code === undefined ? [] : (this.facts.areas?.[code]?.features ?? []);
    if (areas.length) view.showIsochrones(areas);
    else view.clearIsochrones();
    view.marks.choose(code === undefined ? null : { type: "consultant", id: code });
    this.#showLegend(code, areas);
  }

  /** @param {string|undefined} code @param {import("#kit/types.js").IsochroneFeature[]} areas */
  #showLegend(code, areas) {
    const { legend } = this.facts;
    if (!legend) return;
    const kinds = ["consultants", ...this.drawn.marks.map(([kind]) => kind)];
    const ground = { ...legend, layers: new Set(kinds) };
    const base = this.consultants.find(({ properties }) => properties.id === code)?.properties.base ?? "";
    if (areas.length) this.legend.showIsochrones(base, areas, legend.coverage, ground);
    else this.legend.showCoverage(legend.coverage, ground);
  }

  /** @param {string} code */
  #chooseArea(code) {
    const found = this.drawn.areas.find(([name]) => name === code)?.[1];
    if (!found) return;
    for (const [, group] of this.drawn.areas) group.remove();
    this.drawn.noArea?.remove();
    view.map.closePopup();
    found.addTo(view.map);
  }

  // --- what is opened --------------------------------------------------------------------------------------------------

  /** Open what a name of the list means: `resource-7`, `consultant-C01`. @param {string} name */
  #openFromList(name) {
    const [type, id] = /** @type {[Selection["type"], string]} */ ([
      name.slice(0, name.indexOf("-")),
      name.slice(name.indexOf("-") + 1),
    ]);
    const group = type === "consultant" ? this.drawn.consultants : this.#groupOf(id);
    if (group && !this.#isOn(group)) {
      group.addTo(view.map);
      this.#showLayers();
    }
    const feature = this.#find({ type, id });
    const at = feature?.geometry.coordinates;
    if (at) view.setView({ lat: at[1], lon: at[0], zoom: Math.max(view.map.getZoom(), NEAR) });
    this.open({ type, id });
    /** @type {HTMLElement|null} */ (document.querySelector(".leaflet-popup a, .leaflet-popup button"))?.focus({
      preventScroll: true,
    });
  }

  /** @param {string} id @returns {L.LayerGroup|undefined} */
  #groupOf(id) {
    const kind = this.places.find(({ properties }) => String(properties.id) === id)?.properties.kind;
    return this.drawn.marks.find(([name]) => name === kind)?.[1];
  }

  /** @param {Selection} selection @returns {Placed|undefined} */
  #find({ type, id }) {
    const all = type === "consultant" ? this.consultants : this.places;
    return all.find(({ properties }) => String(properties.id) === id);
  }

  /** Open a mark, or the list of a place with several. @param {Selection} selection */
  open(selection) {
    if (selection.type === "site") return this.#openSite(selection.id);
    const feature = this.#find(selection);
    if (!feature) return;
    this.#bubble(feature.geometry.coordinates, bubbleOf(feature));
    this.#mark(selection, feature);
  }

  /** @param {Selection} selection @param {Placed} feature */
  #mark(selection, feature) {
    view.marks.choose(selection);
    view.showAccuracy(feature.geometry.coordinates, feature.properties.accuracy_m);
  }

  /** @param {string} site */
  #openSite(site) {
    const here = bySite(this.#shownPlaces()).get(site) ?? [];
    const [first] = here;
    if (!first) return;
    const list = () => siteList(here, (feature) => this.#openEntry(feature, site));
    this.#bubble(first.geometry.coordinates, list());
  }

  /** Open an entry of a list, with a way back to it. @param {Placed} feature @param {string} site */
  #openEntry(feature, site) {
    const back = () => {
      this.#openSite(site);
      /** @type {HTMLElement|null} */ (document.querySelector(".site-list button"))?.focus();
    };
    this.#bubble(feature.geometry.coordinates, bubbleOf(feature, back));
    this.#mark({ type: "resource", id: String(feature.properties.id) }, feature);
    /** @type {HTMLElement|null} */ (document.querySelector(".details__back"))?.focus({ preventScroll: true });
  }

  /** @param {[number, number]} at @param {HTMLElement} content */
  #bubble(at, content) {
    view.openBubble(at, content, ROOM_OF_BUBBLE);
  }
}

/** Put Folium's switches into the panel: check boxes for layers, radio buttons for areas. @param {L.Control.Layers|undefined} switches */
function placeSwitches(switches) {
  const box = switches?.getContainer();
  for (const [part, place] of [
    ["overlays", "layers"],
    ["base", "areas"],
  ]) {
    const list = box?.querySelector(`.leaflet-control-layers-${part}`);
    if (list) document.getElementById(place ?? "")?.append(list);
  }
  box?.remove();
}
