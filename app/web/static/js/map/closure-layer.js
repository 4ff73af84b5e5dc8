/** Closed roads: a barred line and a sign, told from all else without any colour. */

import * as L from "leaflet";
import { closureSign } from "#kit/closure-sign.js";
import { element } from "#kit/element.js";
import { latLng, token } from "#map/panes.js";

/** @typedef {import("#kit/types.js").ClosureFeature} ClosureFeature */

const PANE = "closures";
const STANDING = {
  now: "いま通行止め",
  coming: "これから通行止め",
  past: "終わった通行止め",
  open: "規制(車は通れます)",
};
const LEVEL = "420";
const NEAR = 14;

/** Lines and signs of closures. */
export class ClosureLayer {
  /** @param {L.Map} map @param {(id: number) => void} onOpen */
  constructor(map, onOpen) {
    this.map = map;
    this.onOpen = onOpen;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = LEVEL;
    this.renderer = L.svg({ pane: PANE, padding: 0.5 });
    this.layer = L.featureGroup().addTo(map);
    /** @type {Map<number, {feature: ClosureFeature, lines: L.Polyline[], mark: L.Marker}>} */
    this.drawn = new Map();
  }

  /** Draw closures in place of the ones before. @param {ClosureFeature[]} features @param {number|null} [chosen] */
  show(features, chosen = null) {
    this.layer.clearLayers();
    this.drawn.clear();
    for (const feature of features) this.#draw(feature, feature.properties.id === chosen);
  }

  /** @param {ClosureFeature} feature @param {boolean} isChosen */
  #draw(feature, isChosen) {
    const { id, name, state } = feature.properties;
    const parts = feature.geometry.coordinates.map((part) => part.map(latLng));
    const lines = barred(state === "now", isChosen).map((options) => {
      const line = L.polyline(parts, { renderer: this.renderer, pane: PANE, ...options });
      return line.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        this.onOpen(id);
      });
    });
    const words = `${name}: ${STANDING[state]}`;
    const mark = L.marker(middle(parts), {
      icon: sign(state === "now", isChosen),
      title: words,
      alt: words,
      riseOnHover: true,
    });
    mark.on("click", () => this.onOpen(id));
    mark.on("keypress", (event) => {
      if (/** @type {any} */ (event).originalEvent.key === "Enter") this.onOpen(id);
    });
    for (const part of [...lines, mark]) this.layer.addLayer(part);
    this.drawn.set(id, { feature, lines, mark });
  }

  /** Return the bounds of a closure, null where it is not drawn. @param {number} id @returns {L.LatLngBounds|null} */
  boundsOf(id) {
    const found = this.drawn.get(id);
    return found ? L.featureGroup(found.lines).getBounds() : null;
  }

  /** Bring a closure into sight above what lies below. @param {number} id @param {number} below pixels under a sheet */
  goTo(id, below) {
    const bounds = this.boundsOf(id);
    if (!bounds) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, {
      paddingTopLeft: [48, 64],
      paddingBottomRight: [64, 48 + below],
      maxZoom: NEAR,
      animate: !still,
    });
  }
}

/**
 * Return the strokes of a closed road: a white rim, black, and white bars across it; one that does not hold is thin and dotted.
 *
 * @param {boolean} holds @param {boolean} isChosen @returns {L.PolylineOptions[]}
 */
function barred(holds, isChosen) {
  const cap = /** @type {const} */ ("butt");
  const halo = isChosen
    ? [{ color: token("--press"), weight: 18, opacity: 0.45, lineCap: /** @type {const} */ ("round") }]
    : [];
  if (!holds) {
    return [
      ...halo,
      { color: "#fff", weight: 7, opacity: 0.9, lineCap: cap },
      { color: token("--ink"), weight: 3.5, dashArray: "2 5", lineCap: cap },
    ];
  }
  return [
    ...halo,
    { color: "#fff", weight: 11, opacity: 0.95, lineCap: cap },
    { color: token("--ink"), weight: 8, lineCap: cap },
    { color: "#fff", weight: 5, dashArray: "6 7", lineCap: cap },
  ];
}

/** @param {boolean} holds @param {boolean} isChosen @returns {L.DivIcon} */
function sign(holds, isChosen) {
  const className = `mark mark--closure${isChosen ? " is-chosen" : ""}`;
  return L.divIcon({ className, html: /** @type {any} */ (closureSign(holds)), iconSize: undefined });
}

/** Return the middle of the longest part. @param {L.LatLng[][]} parts @returns {L.LatLng} */
function middle(parts) {
  const long = parts.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const lengths = long.slice(1).map((at, index) => at.distanceTo(/** @type {L.LatLng} */ (long[index])));
  let left = lengths.reduce((sum, metres) => sum + metres, 0) / 2;
  for (const [index, metres] of lengths.entries()) {
    const [a, b] = [/** @type {L.LatLng} */ (long[index]), /** @type {L.LatLng} */ (long[index + 1])];
    if (left <= metres && metres > 0)
      return L.latLng(a.lat + ((b.lat - a.lat) * left) / metres, a.lng + ((b.lng - a.lng) * left) / metres);
    left -= metres;
  }
  return long[0] ?? L.latLng(0, 0);
}

/**
 * Draw the closures of today on the main map, and say so under the legend; restrictions that let cars pass are not drawn.
 *
 * @param {L.Map} map @param {HTMLElement} legend @param {ClosureFeature[]} today
 */
export function drawToday(map, legend, today) {
  const features = today.filter(({ properties }) => properties.closes_road);
  if (!features.length) return;
  const layer = new ClosureLayer(map, (id) => {
    const { name, place, reason } = /** @type {ClosureFeature} */ (features.find((item) => item.properties.id === id))
      .properties;
    const content = element(
      "div",
      {},
      element("p", {}, element("strong", {}, `通行止め: ${name}`)),
      (place || reason) && element("p", { class: "quiet" }, [place, reason].filter(Boolean).join("・")),
      element("p", {}, element("a", { href: `/register/closures?closure=${id}` }, "くわしく見る")),
    );
    const at = layer.drawn.get(id)?.mark.getLatLng();
    if (at) L.popup({ closeButton: false, maxWidth: 320 }).setLatLng(at).setContent(content).openOn(map);
  });
  layer.show(features);
  legend.append(
    element(
      "p",
      { class: "legend__closures" },
      closureSign(true),
      element(
        "span",
        {},
        element("a", { href: "/register/closures" }, `いま通行止め ${features.length}か所`),
        "。上の時間には入れていません",
      ),
    ),
  );
}
