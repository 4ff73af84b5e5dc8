/* The page around the map: controls, panel, popups, paper. Classic script; `L` is Leaflet. */
"use strict";

L.Renderer.prototype.options.padding = 0.3;
// A popup moves the map so that nothing which lies over the map covers it.
for (const side of ["TopLeft", "BottomRight"]) {
  Object.defineProperty(L.Popup.prototype.options, `autoPanPadding${side}`, { enumerable: false, get: () => openPart()[`padding${side}`] });
}

const OPEN_ZOOM = 14;
const HEIGHTS = ["peek", "half", "full"];
const narrow = matchMedia("(max-width: 1023.98px)");

/** Begin: what was drawn is handed over with plain facts. */
function showPage(map, drawn, facts) {
  const city = L.latLngBounds(facts.bounds);
  const page = { map, drawn, facts, city, accuracy: L.layerGroup().addTo(map), areaMarks: L.layerGroup().addTo(map) };
  // Wide enough that a sheet or a legend may push the city aside.
  map.setMaxBounds(city.pad(2));
  placeSwitches(drawn.switches);
  const sheet = makeSheet();
  makeLegend();
  addControls(page);
  page.showCity(false);
  drawBorders(page);
  widenRoads(page);
  drawn.tiles?.on("add remove", () => {
    for (const pane of ["land", "veil"]) map.getPane(pane).style.display = map.hasLayer(drawn.tiles) ? "none" : "";
  });
  hatchUnreached(drawn.cells);
  openCells(page);
  const arrange = gatherMarks(page);
  const write = writeNames(page);
  const refresh = () => { arrange(); write(); };
  map.on("overlayadd overlayremove", refresh);
  refresh();
  followAreas(page, refresh);
  openFromPage(page, sheet);
  dressPopups(page);
  fitPaper(page);
  document.documentElement.dataset.ready = "true";
}

/* --- around the map ----------------------------------------------------------------------------------------------- */

/** Add credit, scale and the buttons for nearer, farther and the whole city. */
function addControls(page) {
  const { map, city, facts } = page;
  const written = make("span", "", facts.credit);
  L.control.attribution({ prefix: false }).addAttribution(written.outerHTML).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: narrow.matches ? 80 : 120 }).addTo(map);
  page.showCity = (animate) => map.fitBounds(city, { ...openPart(), animate });
  const control = new L.Control({ position: "bottomright" });
  control.onAdd = () => {
    const box = make("div", "leaflet-bar controls");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "地図の大きさ");
    const acts = [["＋", "地図を大きくする", () => map.zoomIn()], ["－", "地図を小さくする", () => map.zoomOut()], ["全体", "市の全体を表示する", () => page.showCity(true)]];
    for (const [text, name, act] of acts) {
      const button = make("button", text.length > 1 ? "controls__text" : "", text);
      button.type = "button";
      button.title = name;
      button.setAttribute("aria-label", name);
      button.addEventListener("click", act);
      box.append(button);
    }
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
}

/** Return the padding that keeps a view clear of what lies over the map. */
function openPart() {
  const notice = document.getElementById("banner");
  const above = notice && !notice.hidden ? notice.offsetHeight + 8 : 0;
  const sheet = narrow.matches ? Math.min(document.getElementById("panel").offsetHeight, innerHeight * 0.54) : 0;
  const legend = narrow.matches ? 72 : 0;
  return { paddingTopLeft: [12, 12 + above], paddingBottomRight: [narrow.matches ? 12 : 60, 12 + sheet + legend] };
}

/** On a phone the panel is a sheet from below with three heights. */
function makeSheet() {
  const panel = document.getElementById("panel");
  const [raise, lower] = panel.querySelectorAll(".panel__step");
  const set = (height) => {
    panel.dataset.height = height;
    if (raise) raise.disabled = height === "full";
    if (lower) lower.disabled = height === "peek";
  };
  const step = (by) => set(HEIGHTS[HEIGHTS.indexOf(panel.dataset.height) + by] ?? panel.dataset.height);
  raise?.addEventListener("click", () => step(1));
  lower?.addEventListener("click", () => step(-1));
  set("peek");
  return { lay: () => set("peek") };
}

/** The legend folds; on a phone it begins folded. */
function makeLegend() {
  const legend = document.getElementById("legend");
  const fold = (open) => {
    legend.classList.toggle("is-open", open);
    for (const head of legend.querySelectorAll(".legend__head")) head.setAttribute("aria-expanded", String(open));
    for (const body of legend.querySelectorAll(".legend__body")) body.hidden = !open;
    for (const text of legend.querySelectorAll(".legend__fold")) text.textContent = open ? "閉じる" : "開く";
  };
  legend.addEventListener("click", (event) => {
    if (event.target.closest(".legend__head")) fold(!legend.classList.contains("is-open"));
  });
  narrow.addEventListener("change", () => fold(!narrow.matches));
  fold(!narrow.matches);
}

function showLegend(name) {
  for (const block of document.querySelectorAll("#legend [data-legend]")) block.hidden = block.dataset.legend !== name;
}

/** Buttons of panel and popups: open an entry on the map, show an area, close the notice. */
function openFromPage(page, sheet) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open], [data-area], [data-close]");
    if (!button) return;
    if (button.dataset.open) openMark(page, button.dataset.open);
    if (button.dataset.area) chooseArea(page, button.dataset.area);
    if (button.dataset.close) document.getElementById(button.dataset.close).hidden = true;
    sheet.lay();
  });
}

function openMark(page, name) {
  const { map, drawn } = page;
  const groups = [...drawn.marks.map(([, group]) => group), drawn.consultants];
  for (const group of groups) {
    const mark = group?.getLayers().find((item) => item.options.mark === name);
    if (!mark) continue;
    if (!map.hasLayer(group)) group.addTo(map);
    map.setView(mark.getLatLng(), Math.max(map.getZoom(), OPEN_ZOOM), { animate: false });
    const site = page.sites.get(name);
    if (site) {
      site.openPopup();
      showEntry(page, site, site.marks ?? siteMarks(page, site), mark);
    } else mark.openPopup().getPopup().getElement()?.querySelector("a, button")?.focus({ preventScroll: true });
  }
}

function siteMarks({ map, drawn }, site) {
  return bySite(map, drawn.marks).get(String(site.getLatLng()));
}

function chooseArea({ map, drawn }, name) {
  const found = drawn.areas.find(([id]) => id === name)?.[1];
  if (!found) return;
  for (const [, area] of drawn.areas) area.remove();
  drawn.noArea.remove();
  map.closePopup();
  found.addTo(map);
}

/** Say in Japanese what a popup is, keep it clear of what lies over the map, and give the keyboard back. */
function dressPopups({ map, accuracy }) {
  let before = null;
  map.on("popupopen", ({ popup }) => {
    map.eachLayer((layer) => layer.closeTooltip?.());
    const node = popup.getElement();
    before = node.contains(document.activeElement) ? before : document.activeElement;
    node.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", "閉じる");
    document.getElementById("live").textContent = node.querySelector(".leaflet-popup-content")?.textContent ?? "";
  });
  map.getContainer().addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
  map.on("popupclose", () => {
    accuracy.clearLayers();
    if (before?.isConnected) before.focus({ preventScroll: true });
    before = null;
  });
}

/** Draw the map anew at the size that it has on paper, and back. */
function fitPaper({ map, city }) {
  let before = null;
  window.addEventListener("beforeprint", () => {
    const seen = map.getBounds();
    before = { centre: map.getCenter(), zoom: map.getZoom() };
    document.documentElement.classList.add("paper");
    map.invalidateSize({ animate: false });
    map.fitBounds(seen.contains(city) ? city : seen, { animate: false });
    map.eachLayer((layer) => layer instanceof L.Canvas && drawNow(layer));
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper");
    map.invalidateSize({ animate: false });
    if (before) map.setView(before.centre, before.zoom, { animate: false });
  });
}

/** A canvas waits for the next frame and paper does not; pixels put back as an image are not left out of a print. */
function drawNow(renderer) {
  renderer._redraw();
  const { width, height } = renderer._container;
  renderer._ctx.putImageData(renderer._ctx.getImageData(0, 0, width, height), 0, 0);
}
