/** The head of the page: how one moves, which roads the figures stand on, and who is owed credit. */

import { element, fill } from "../element.js";

/** @typedef {import("../types.js").Status} Status */

/**
 * Fill the choice of profiles, name the road network, and show the notice of a schematic one.
 *
 * @param {Status} status @param {string} chosen @param {(profile: string) => void} onProfile
 */
export function drawHeader({ network, profiles }, chosen, onProfile) {
  const select = /** @type {HTMLSelectElement} */ (document.getElementById("profile"));
  fill(select, profiles.map((profile) => element(
    "option", { value: profile.name, selected: profile.name === chosen },
    profile.title + (profile.is_assumption ? "(仮定)" : ""),
  )));
  select.addEventListener("change", () => onProfile(select.value));
  const named = document.getElementById("network");
  const date = network.date ? ` ${network.date.slice(0, 4)}年${Number(network.date.slice(5, 7))}月` : "";
  if (named) named.textContent = network.is_schematic ? "道路: 概略図" : `道路: ${network.name}${date}`;
  drawBanner(network.is_schematic);
}

/** @param {boolean} isSchematic */
function drawBanner(isSchematic) {
  const banner = document.getElementById("banner");
  if (!banner) return;
  banner.hidden = !isSchematic || sessionStorage.getItem("banner") === "closed";
  document.getElementById("banner-close")?.addEventListener("click", () => {
    sessionStorage.setItem("banner", "closed");
    banner.hidden = true;
    document.getElementById("map")?.focus();
  });
}

/** Return whose data the map is drawn from. @param {Status} status @returns {string} */
export function credit({ datasets, network }) {
  const people = datasets.find((item) => item.kind === "demand")?.source ?? "";
  const open = network.kind !== "edges" || network.source.includes("OpenStreetMap");
  const roads = open ? "© OpenStreetMap contributors" : `道路: ${network.source}`;
  return [roads, people.includes("国勢調査") ? "国勢調査" : people].filter(Boolean).join("、");
}
