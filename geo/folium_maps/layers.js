/* What is drawn: cells, areas, marks, names. Classic script; `L` is Leaflet. */
"use strict";

const popupOptions = { minWidth: 240, maxWidth: 340, maxHeight: 360 };
const tipOptions = { className: "tip", direction: "top", offset: [0, -12] };
const CELL = { full: 1, overTiles: 0.7, quiet: 0.28 };
const GRID = "#3d4144";
/** From this zoom on roads lie over the cells and the cells have a grid; farther away both would darken the colours. */
const NEAR_ZOOM = 12.5;
const ROAD_LEVELS = { far: "206", near: "230" };
/** Farther away than this, thick rims would hide what they enclose. */
const THIN_ZOOM = 10.6;
const ROAD_WIDTHS = { motorway: [2.4, 3.4, 6], major: [2.2, 3, 5], middle: [1.2, 2, 3.4], minor: [0.6, 1, 2] };
const DASHES = [null, "9 5", "2 5"];

/* --- layers ------------------------------------------------------------------------------------------------------- */

/** Put folium's switches into the panel: check boxes for layers, radio buttons for areas. */
function placeSwitches(switches) {
  if (!switches) return;
  const box = switches.getContainer();
  for (const [part, place] of [["overlays", "layers"], ["base", "areas"]]) {
    const list = box.querySelector(`.leaflet-control-layers-${part}`);
    document.getElementById(place)?.append(list);
  }
  box.remove();
}

/** Draw the borders of the districts, the outline of the city, and a veil over what lies outside it. */
function drawBorders({ map, drawn }) {
  const still = { interactive: false, fill: false };
  const border = token("--map-border");
  const rings = [];
  drawn.land.eachLayer((district) => {
    const shape = district.getLatLngs();
    rings.push(...shape.flat(shape[0]?.[0] instanceof L.LatLng ? 0 : 1));
    // Of the outline only the outer half is seen.
    L.polygon(shape, { ...still, pane: "outline", color: border, weight: 5 }).addTo(map);
    const dashArray = district.feature.properties.is_schematic ? "2 3" : null;
    L.polygon(shape, { ...still, pane: "borders", color: border, weight: 1, opacity: 0.9, dashArray }).addTo(map);
  });
  const world = [[-85, -180], [-85, 180], [85, 180], [85, -180]];
  const veil = { interactive: false, pane: "veil", stroke: false, fillColor: token("--map-outside"), fillOpacity: 0.6 };
  if (rings.length) L.polygon([world, ...rings], veil).addTo(map);
}

function widenRoads({ map, drawn, facts }) {
  const widen = () => {
    map.getPane("roads").style.zIndex = map.getZoom() < NEAR_ZOOM ? ROAD_LEVELS.far : ROAD_LEVELS.near;
    const step = map.getZoom() < 11.5 ? 0 : map.getZoom() < 13.5 ? 1 : 2;
    drawn.roads.setStyle((road) => {
      const width = (ROAD_WIDTHS[road.properties.class] ?? ROAD_WIDTHS.minor)[step];
      return { weight: facts.is_schematic ? Math.max(width, 1.5) + 0.5 : width };
    });
  };
  map.on("zoomend", widen);
  widen();
}

/** Black hatching on white: not a colour, so it cannot be read as a number of minutes. */
function hatchUnreached(cells) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  if (!cells || !pen) return;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = "#1a1a1a";
  pen.lineWidth = 1.4;
  for (const shift of [-6, 0, 6]) {
    pen.beginPath();
    pen.moveTo(shift, 6);
    pen.lineTo(shift + 6, 0);
    pen.stroke();
  }
  const fillColor = pen.createPattern(tile, "repeat");
  cells.eachLayer((cell) => { if (cell.feature.properties.step === -1) cell.setStyle({ fillColor }); });
}

/** Open a cell by hand, or the one in the middle of the map by the Enter key. */
function openCells({ map, drawn }) {
  const cells = drawn.cells;
  if (!cells) return;
  const text = (cell) => cell.feature.properties.text;
  cells.bindPopup(text, popupOptions);
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.target !== map.getContainer() || event.key !== "Enter" || !map.hasLayer(cells)) return;
    const here = map.getCenter();
    const found = cells.getLayers().find((cell) => cell.getBounds().contains(here));
    if (found) map.openPopup(text(found), found.getBounds().getCenter(), popupOptions);
  });
}

/** Show the area of the chosen consultant: rims, minutes, its legend; cells and other marks step back. */
function followAreas(page, refresh) {
  const { map, drawn, areaMarks } = page;
  let chosen = "cells";
  const restyle = () => {
    styleCells(page, chosen !== "cells");
    const weight = map.getZoom() < THIN_ZOOM ? 1.25 : 2.5;
    areaMarks.eachLayer((layer) => layer.setStyle?.({ weight }));
  };
  const show = (layer) => {
    areaMarks.clearLayers();
    chosen = drawn.areas.find(([, area]) => area === layer)?.[0] ?? "cells";
    const isArea = chosen !== "cells";
    showLegend(chosen);
    map.getContainer().classList.toggle("map--reach", isArea);
    drawn.consultants?.eachLayer((mark) => {
      mark.getElement()?.firstElementChild.classList.toggle("is-chosen", mark.options.mark === `consultant-${chosen}`);
    });
    if (isArea) layer.eachLayer((part) => drawRim(part, areaMarks));
    restyle();
    if (isArea && !map.getBounds().contains(layer.getBounds())) map.fitBounds(layer.getBounds(), openPart());
    refresh();
  };
  map.on("baselayerchange", (event) => show(event.layer));
  map.on("zoomend", restyle);
  drawn.tiles?.on("add remove", restyle);
  restyle();
}

function styleCells({ map, drawn }, isQuiet) {
  const fillOpacity = isQuiet ? CELL.quiet : drawn.tiles && map.hasLayer(drawn.tiles) ? CELL.overTiles : CELL.full;
  const grid = { color: GRID, weight: 0.5, opacity: isQuiet ? 0.25 : 0.6 };
  const isNear = map.getZoom() >= NEAR_ZOOM;
  drawn.cells?.eachLayer((cell) => {
    const rim = { color: cell.options.fillColor, weight: 0.6, opacity: fillOpacity };
    cell.setStyle({ fillOpacity, ...(isNear || cell.feature.properties.step === -1 ? grid : rim) });
  });
}

/** Draw the rim of an area with its minutes at the northern end. */
function drawRim(part, into) {
  const { minutes, step } = part.feature.properties;
  const rim = { pane: "rims", interactive: false, fill: false, color: token("--ink"), dashArray: DASHES[step] };
  L.polygon(part.getLatLngs(), rim).addTo(into);
  const top = part.getLatLngs().flat(3).reduce((best, point) => (point.lat > best.lat ? point : best));
  const written = label("minutes", `${minutes}分`, [0, 14]);
  L.marker(top, { icon: written, zIndexOffset: 900, interactive: false, keyboard: false }).addTo(into);
}

/* --- marks -------------------------------------------------------------------------------------------------------- */

/** Show marks that share a point as one with their number, opened as a list; return the act that does so anew. */
function gatherMarks(page) {
  const { map, drawn } = page;
  const several = L.layerGroup().addTo(map);
  page.sites = new Map();
  const far = () => map.getContainer().classList.toggle("map--far", map.getZoom() < 12);
  map.on("zoomend", far);
  far();
  for (const [, group] of drawn.marks) group.eachLayer((mark) => mark.on("popupopen", () => showAccuracy(page, mark)));
  drawn.consultants?.eachLayer((mark) => mark.on("popupopen", () => showAccuracy(page, mark)));
  return () => {
    several.clearLayers();
    page.sites.clear();
    for (const [at, marks] of bySite(map, drawn.marks)) {
      for (const mark of marks) mark.getElement().classList.toggle("is-gathered", marks.length > 1);
      if (marks.length < 2) continue;
      const site = siteMark(page, marks).addTo(several);
      for (const mark of marks) page.sites.set(mark.options.mark, site);
    }
  };
}

/** Return the marks that are shown, by their point. */
function bySite(map, groups) {
  const sites = new Map();
  for (const [, group] of groups) {
    if (!map.hasLayer(group)) continue;
    for (const mark of group.getLayers()) {
      const key = String(mark.getLatLng());
      sites.set(key, [...(sites.get(key) ?? []), mark]);
    }
  }
  return sites;
}

function siteMark(page, marks) {
  const kinds = new Set(marks.map((mark) => mark.options.kind));
  const [kind] = kinds;
  const node = make("div", `mark mark--${kinds.size === 1 ? kind : "several"}`);
  if (kinds.size === 1) {
    node.innerHTML = marks[0].options.icon.options.html;
    node.append(make("span", "mark__count", String(marks.length)));
  } else {
    node.innerHTML = `<svg class="symbol symbol--several kind-several" viewBox="0 0 28 28" aria-hidden="true"><use href="#several"/></svg>`;
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    for (const [name, value] of Object.entries({ class: "symbol__letter", x: 14, y: 19, "font-size": 14 })) text.setAttribute(name, value);
    text.textContent = String(marks.length);
    node.firstElementChild.append(text);
  }
  const icon = L.divIcon({ className: "place", html: node, iconSize: [0, 0] });
  const site = L.marker(marks[0].getLatLng(), { icon, zIndexOffset: 200, riseOnHover: true, keyboard: false });
  site.bindTooltip(make("span", "", `${marks[0].options.label} ほか${marks.length - 1}件`), tipOptions);
  site.bindPopup(() => siteList(page, site, marks), popupOptions);
  return site;
}

/** Return the list of what is at a place; an entry opens in the same popup. */
function siteList(page, site, marks) {
  const list = make("ul", "site-list");
  for (const mark of marks) {
    const button = make("button", "entry");
    button.type = "button";
    button.innerHTML = mark.options.icon.options.html;
    button.firstElementChild.className = "entry__mark";
    const words = make("span");
    words.append(make("span", "entry__name", mark.options.label));
    if (mark.options.badge) words.insertAdjacentHTML("beforeend", mark.options.badge);
    button.append(words);
    button.querySelector(".sr-only")?.remove();
    onClickWithin(button, () => showEntry(page, site, marks, mark));
    list.append(make("li"));
    list.lastElementChild.append(button);
  }
  const box = make("div");
  box.append(make("h2", "", `この場所の${marks.length}件`), list);
  return box;
}

/** Act on a click that takes the button away: Leaflet would no longer find it in the popup, and close that. */
function onClickWithin(button, act) {
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    act();
  });
}

function showEntry(page, site, marks, mark) {
  const back = make("button", "button button--quiet details__back", "← この場所の一覧");
  back.type = "button";
  onClickWithin(back, () => {
    page.accuracy.clearLayers();
    site.setPopupContent(siteList(page, site, marks));
    site.getPopup().getElement().querySelector("button")?.focus();
  });
  const box = make("div");
  box.innerHTML = mark.getPopup().getContent();
  box.prepend(back);
  site.setPopupContent(box);
  showAccuracy(page, mark);
  back.focus({ preventScroll: true });
}

/** Show how far a drawn point may be from the real place. */
function showAccuracy({ accuracy }, mark) {
  accuracy.clearLayers();
  const radius = mark.options.accuracy;
  const style = { pane: "accuracy", interactive: false, color: token("--ink"), weight: 2, dashArray: "4 6", fill: false };
  if (radius) L.circle(mark.getLatLng(), { ...style, radius }).addTo(accuracy);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

/**
 * Write names that touch neither each other nor a mark: districts from afar, each within its own borders, settlements
 * when near.
 */
function writeNames({ map, drawn, facts }) {
  const layer = L.layerGroup().addTo(map);
  const homes = new Map(drawn.land.getLayers().map(({ feature }) => [feature.properties.name, feature.geometry]));
  const write = () => {
    layer.clearLayers();
    const taken = takenBoxes(map);
    const zoom = map.getZoom();
    const wanted = [
      ...(zoom < 12.75 ? facts.names.districts.map((name) => ["district", 17.5, ...name]) : []),
      ...(zoom >= 12 ? facts.names.places.map((name) => ["place", 14, ...name]) : []),
    ];
    for (const [style, size, text, lat, lon] of wanted) {
      const point = map.latLngToContainerPoint([lat, lon]);
      const half = (text.length * size) / 2;
      const home = style === "district" && homes.get(text);
      const isHome = (by) => !home || covers(home, map.containerPointToLatLng(point.add(by)));
      const shift = shifts(style, half).find((by) => isFree(boxAt(point, by, half), taken) && isHome(by));
      if (!shift || !map.getBounds().pad(0.1).contains([lat, lon])) continue;
      taken.push(boxAt(point, shift, half));
      L.marker([lat, lon], { icon: label(style, text, [-shift[0], -shift[1]]), pane: "labels", interactive: false, keyboard: false }).addTo(layer);
    }
  };
  map.on("zoomend moveend resize", write);
  return write;
}

function shifts(style, half) {
  if (style === "place") return [[0, 0], [0, 24], [0, -24], [half + 16, 0], [-half - 16, 0]];
  const down = [0, -28, 28, -56, 56].map((y) => [0, y]);
  return [...down, [-half, 0], [half, 0], [-half, -32], [half, -32], [-half, 32], [half, 32]];
}

/** Return left, top, right, bottom of a name around a point. */
function boxAt({ x, y }, [dx, dy], half) {
  return [x + dx - half - 4, y + dy - 11, x + dx + half + 4, y + dy + 11];
}

function isFree(box, taken) {
  return !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

/** Return whether an area covers a place: a line from it to the east crosses the borders an odd number of times. */
function covers({ type, coordinates }, { lng, lat }) {
  const crosses = ([x1, y1], [x2, y2]) => y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) * (x2 - x1)) / (y2 - y1);
  const rings = type === "MultiPolygon" ? coordinates.flat() : coordinates;
  return rings.flatMap((ring) => ring.slice(1).filter((end, i) => crosses(ring[i], end))).length % 2 === 1;
}

/** Return the boxes of marks and what is written beside them, as laid out: on screen they may still be on their way. */
function takenBoxes(map) {
  const boxes = [];
  map.eachLayer((layer) => {
    const icon = layer instanceof L.Marker && layer.options.pane !== "labels" && layer.getElement();
    if (!icon || icon.classList.contains("is-gathered")) return;
    const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
    for (const part of icon.querySelectorAll(".mark, .mark__name, :scope > span")) {
      let [left, top] = [x + icon.offsetLeft, y + icon.offsetTop];
      for (let node = part; node && node !== icon; node = node.offsetParent) {
        left += node.offsetLeft;
        top += node.offsetTop;
      }
      boxes.push([left, top, left + part.offsetWidth, top + part.offsetHeight]);
    }
  });
  return boxes;
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function label(style, text, iconAnchor) {
  return L.divIcon({ className: `label label--${style}`, html: make("span", "", text), iconSize: [0, 0], iconAnchor });
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
