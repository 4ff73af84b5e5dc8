/** The head of the page: how one moves, which roads the figures stand on, and who is owed credit. */

import { element, fill } from "#kit/element.js";
import { networkText, profileTitle } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Status} Status */

/**
 * Fill the choice of profiles, name the road network, and show the notice of a schematic one.
 *
 * @param {Status} status @param {string} chosen @param {(profile: string) => void} onProfile
 */
export function drawHeader(status, chosen, onProfile) {
  const { network, profiles } = status;
  const select = /** @type {HTMLSelectElement} */ (document.getElementById("profile"));
  fill(
    select,
    profiles.map((profile) =>
      element("option", { value: profile.name, selected: profile.name === chosen }, profileTitle(status, profile.name)),
    ),
  );
  select.addEventListener("change", () => onProfile(select.value));
  const named = document.getElementById("network");
  if (named) named.textContent = networkText(status);
  drawBanner(network?.is_schematic ?? false);
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
  const open = network && (network.kind !== "edges" || network.source.includes("OpenStreetMap"));
  const roads = open ? "© OpenStreetMap contributors" : network ? `道路: ${network.source}` : "";
  const isFileName = /\.\w+$/.test(people);
  return [roads, people.includes("国勢調査") ? "国勢調査" : !isFileName && people].filter(Boolean).join("、");
}
