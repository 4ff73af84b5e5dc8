/** The quiet base map from our own data: land, roads in three widths, district borders, names. */

import * as L from "leaflet";
import { element, svg } from "#kit/element.js";
import { declutter } from "#map/declutter.js";
import { canvasIn, createPanes, latLng, ROAD_LEVELS, token } from "#map/panes.js";

const CITY_PADDING = 16;
/** From this zoom on roads lie over the cells. */
const STREET_ZOOM = 12.5;
/** Farther away the names of districts need the room. */
const NUMBER_ZOOM = 10.2;
/** Pixels of white on both sides of a road together. */
const RIM = 3;
const WIDTHS = /** @type {Record<string, [number, number, number]>} */ ({
  motorway: [2.4, 3.4, 6],
  major: [2.2, 3, 5],
  middle: [1.2, 2, 3.4],
  minor: [0.6, 1, 2],
});

/**
 * Return a new map on the whole city, with Japanese controls and without anything from outside.
 *
 * @param {HTMLElement} container
 * @param {L.LatLngBounds} bounds
 * @returns {L.Map}
 */
export function createMap(container, bounds) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(container, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.1,
    zoomDelta: 1,
    minZoom: 8,
    maxZoom: 17,
    // Wide enough that a sheet or a legend may push the city aside.
    maxBounds: bounds.pad(2),
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    inertia: !still,
  });
  createPanes(map);
  L.control.attribution({ prefix: false, position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
  map.fitBounds(bounds, { padding: [CITY_PADDING, CITY_PADDING], animate: false });
  return map;
}

/** Add the buttons for nearer, farther and the whole city. @param {L.Map} map @param {() => void} showCity */
export function addControls(map, showCity) {
  const nearer = button("＋", "地図を大きくする", () => map.zoomIn());
  const farther = button("－", "地図を小さくする", () => map.zoomOut());
  const whole = button("全体", "市の全体を表示する", showCity);
  whole.className = "controls__text";
  const control = new L.Control({ position: "bottomright" });
  control.onAdd = () => {
    const box = element(
      "div",
      { class: "leaflet-bar controls", role: "group", "aria-label": "地図の大きさ" },
      nearer,
      farther,
      whole,
    );
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  const mark = () => {
    nearer.setAttribute("aria-disabled", String(map.getZoom() >= map.getMaxZoom()));
    farther.setAttribute("aria-disabled", String(map.getZoom() <= map.getMinZoom()));
  };
  map.on("zoomend", mark);
  control.addTo(map);
  mark();
}

/** @param {string} text @param {string} label @param {() => void} act @returns {HTMLButtonElement} */
function button(text, label, act) {
  return element("button", { type: "button", title: label, "aria-label": label, onclick: () => act() }, text);
}

/**
 * Draw land and district borders.
 *
 * @param {L.Map} map @param {import("#kit/types.js").DistrictFeature[]} districts
 */
export function drawDistricts(map, districts) {
  const shapes = /** @type {any} */ (districts.filter((district) => district.geometry));
  const land = { renderer: canvasIn("land"), interactive: false, stroke: false, fill: true, fillOpacity: 1 };
  L.geoJSON(shapes, {
    pane: "land",
    style: () => ({ ...land, fillColor: token("--map-land") }),
    interactive: false,
  }).addTo(map);
  // Only its outer half is seen: the city's border.
  const outline = {
    renderer: canvasIn("outline"),
    interactive: false,
    fill: false,
    weight: 5,
    color: token("--map-border"),
    opacity: 1,
  };
  L.geoJSON(shapes, { pane: "outline", style: () => outline, interactive: false }).addTo(map);
  drawVeil(map, districts);
  const renderer = canvasIn("borders");
  const schematic = districts.some((district) => district.properties.is_schematic);
  const border = { renderer, interactive: false, fill: false, weight: 1, color: token("--map-border"), opacity: 0.9 };
  const dash = schematic ? { dashArray: "2 3" } : {};
  L.geoJSON(shapes, { pane: "borders", style: () => ({ ...border, ...dash }), interactive: false }).addTo(map);
}

/**
 * Let what lies outside the city step back.
 *
 * @param {L.Map} map @param {import("#kit/types.js").DistrictFeature[]} districts
 */
function drawVeil(map, districts) {
  const holes = districts.flatMap(({ geometry }) => geometry?.coordinates.flat() ?? []).map((ring) => ring.map(latLng));
  if (!holes.length) return;
  const world = [
    [-85, -180],
    [-85, 180],
    [85, 180],
    [85, -180],
  ].map(([lat = 0, lon = 0]) => L.latLng(lat, lon));
  const style = {
    renderer: canvasIn("veil"),
    pane: "veil",
    interactive: false,
    stroke: false,
    fillColor: token("--map-outside"),
    fillOpacity: 0.6,
  };
  L.polygon([world, ...holes], style).addTo(map);
}

/**
 * Draw roads by class; a schematic network is drawn as the diagram that it is, in dashes.
 *
 * @param {L.Map} map
 * @param {import("#kit/types.js").Collection<import("#kit/types.js").RoadFeature>} roads
 */
export function drawRoads(map, roads) {
  const order = ["minor", "middle", "major", "motorway"];
  const renderer = canvasIn("roads");
  const color = token(roads.is_schematic ? "--map-diagram" : "--map-road");
  const sorted = roads.features.toSorted(
    (a, b) => order.indexOf(a.properties.class) - order.indexOf(b.properties.class),
  );
  const lines = sorted.map((feature) => {
    const parts = feature.geometry.coordinates.map((part) => part.map(latLng));
    const style = roads.is_schematic ? { dashArray: "8 4", lineCap: /** @type {const} */ ("butt") } : {};
    const faint = feature.properties.class === "minor" && !roads.is_schematic ? 0.75 : 1;
    const line = L.polyline(parts, { renderer, pane: "roads", color, opacity: faint, interactive: false, ...style });
    return { line, parts, widths: WIDTHS[feature.properties.class] ?? [0.6, 1, 2] };
  });
  // A white rim keeps a road in sight where it crosses dark squares.
  const rims = lines.map(({ parts, widths }) => {
    const rim = L.polyline(parts, { renderer, pane: "roads", color: "#fff", opacity: 0, interactive: false });
    return { line: rim.addTo(map), widths };
  });
  for (const { line } of lines) line.addTo(map);
  const pane = map.getPane("roads");
  const widen = () => {
    if (pane) pane.style.zIndex = map.getZoom() < STREET_ZOOM ? ROAD_LEVELS.far : ROAD_LEVELS.near;
    const step = map.getZoom() < 11.5 ? 0 : map.getZoom() < 13.5 ? 1 : 2;
    const isNear = map.getZoom() >= STREET_ZOOM;
    for (const { line, widths } of rims) {
      const weight = widths[step] + RIM;
      const opacity = isNear ? 0.9 : 0;
      if (line.options.weight !== weight || line.options.opacity !== opacity) line.setStyle({ weight, opacity });
    }
    for (const { line, widths } of lines) {
      const weight = roads.is_schematic ? Math.max(widths[step], 1.5) + 0.5 : widths[step];
      if (line.options.weight !== weight) line.setStyle({ weight });
    }
  };
  map.on("zoomend", widen);
  widen();
}

/**
 * Write names of districts and settlements: the more people, the earlier, and never one over another.
 *
 * @param {L.Map} map
 * @param {import("#kit/types.js").DistrictFeature[]} districts
 * @param {import("#kit/types.js").PlaceFeature[]} places
 * @param {import("#map/declutter.js").Name[]} numbers of roads, which may come later
 * @returns {(noted?: Map<string, string>) => number} writes them anew after marks have changed, or with other notes below them;
 *   tells how many districts in sight find no room for their name
 */
export function writeNames(map, districts, places, numbers) {
  /** @type {Map<string, string>} */
  let notes = new Map();
  const layer = L.layerGroup().addTo(map);
  const names = [
    ...bySize(districts).flatMap(({ geometry, properties }) =>
      geometry
        ? [
            {
              at: middle(geometry),
              text: properties.name,
              style: "district",
              size: 17.5,
              from: 0,
              until: 12.75,
              within: geometry,
            },
          ]
        : [],
    ),
    ...places
      .filter((place) => place.geometry)
      .toSorted((a, b) => (b.properties.population ?? 0) - (a.properties.population ?? 0))
      .map(({ geometry, properties }) => ({
        at: latLng(/** @type {import("#kit/types.js").Point} */ (geometry).coordinates),
        text: properties.name,
        style: "place",
        size: 14,
        from: 12,
        until: 99,
      })),
  ];
  const write = () => {
    layer.clearLayers();
    const zoom = map.getZoom();
    const first = names.filter(({ style }) => style === "district");
    const wanted = [...first, ...numbers, ...names.slice(first.length)]
      .filter((name) => zoom >= name.from && zoom < name.until)
      .map((name) => (name.style === "district" ? { ...name, note: notes.get(name.text) ?? "" } : name));
    const placed = declutter(map, wanted);
    for (const { name, offset, isNoted, isSmall } of placed) {
      const note = isNoted && element("small", { class: "label__note" }, name.note);
      const text = element("div", {}, element("span", {}, name.text), note);
      const icon = L.divIcon({
        className: `label label--${name.style}${isSmall ? " label--small" : ""}`,
        html: text,
        iconSize: [0, 0],
        iconAnchor: [-offset[0], -offset[1]],
      });
      L.marker(name.at, { icon, pane: "labels", interactive: false, keyboard: false }).addTo(layer);
    }
    const written = new Set(placed.map(({ name }) => name.text));
    const inSight = map.getBounds();
    return wanted.filter(({ style, text, at }) => style === "district" && inSight.contains(at) && !written.has(text))
      .length;
  };
  map.on("zoomend moveend resize", write);
  write();
  return (noted = notes) => {
    notes = noted;
    return write();
  };
}

/**
 * Return districts, the smallest first: it has the fewest places for its name.
 *
 * @param {import("#kit/types.js").DistrictFeature[]} districts @returns {import("#kit/types.js").DistrictFeature[]}
 */
function bySize(districts) {
  const size = (/** @type {import("#kit/types.js").DistrictFeature} */ { geometry }) =>
    (geometry?.coordinates ?? []).reduce((sum, part) => sum + Math.abs(doubleArea(part[0] ?? [])), 0);
  return districts.toSorted((a, b) => size(a) - size(b));
}

/**
 * Return the middle of the largest part of a district.
 *
 * @param {import("geojson").MultiPolygon} geometry @returns {L.LatLng}
 */
function middle(geometry) {
  const rings = geometry.coordinates.map((part) => /** @type {number[][]} */ (part[0]));
  const ring = rings.toSorted((a, b) => Math.abs(doubleArea(b)) - Math.abs(doubleArea(a)))[0] ?? [];
  let [x, y] = [0, 0];
  for (const [[x1, y1], [x2, y2]] of sides(ring)) {
    const cross = x1 * y2 - x2 * y1;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  const area = doubleArea(ring);
  return area === 0 ? latLng(ring[0] ?? [0, 0]) : latLng([x / (3 * area), y / (3 * area)]);
}

/** @param {number[][]} ring @returns {number} */
function doubleArea(ring) {
  return sides(ring).reduce((sum, [[x1, y1], [x2, y2]]) => sum + x1 * y2 - x2 * y1, 0);
}

/** @param {number[][]} ring @returns {[[number, number], [number, number]][]} */
function sides(ring) {
  return ring
    .slice(1)
    .map((point, index) => /** @type {[[number, number], [number, number]]} */ ([ring[index], point]));
}

/** Return the numbers of roads as names: once from afar, along the whole road from near. @param {import("#api").NumberedRoad[]} numbers @returns {import("#map/declutter.js").Name[]} */
export function namesOfRoads(numbers) {
  return numbers.flatMap(({ number, places }) =>
    places.map((place, index) => ({
      at: latLng(place),
      text: /^\d+$/.test(number) ? `${number}号` : number,
      style: "road",
      size: 10,
      from: index ? STREET_ZOOM : NUMBER_ZOOM,
      until: 99,
    })),
  );
}

/** Return the arrow to the north that paper needs. @returns {SVGElement} */
export function northArrow() {
  return svg(
    "svg",
    { class: "north print-only", viewBox: "0 0 24 40", role: "img", "aria-label": "上が北" },
    svg("path", { d: "M12 2 20 30 12 25 4 30z", fill: "#000" }),
    svg("text", { x: 12, y: 40, "text-anchor": "middle", "font-size": 11, "font-weight": 700 }, "北"),
  );
}
