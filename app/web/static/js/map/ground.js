/** What lies under everything on every page with a map: districts, names, roads, and a public map where a setting allows it. */

import { getDistricts, getPlaces, getRoads } from "#kit/api.js";
import { credit } from "#kit/header.js";

/** Ask for the land before anything else is known; what goes wrong is told to who awaits it. */
export function askForLand() {
  const asked = { districts: getDistricts(), places: getPlaces() };
  for (const answer of Object.values(asked)) answer.catch(() => {});
  return asked;
}

/**
 * Ask once for the ground and draw it: the land as soon as it is there, the roads whenever they come.
 *
 * @param {import("#map/map-view.js").MapView} view @param {import("#kit/types.js").Status} status
 * @param {ReturnType<typeof askForLand>} [land] where it was asked for already
 * @returns {Promise<{districts: string[], roads: Promise<void>}>} the names of the districts, and when the roads are drawn
 */
export async function drawGround(view, status, land = askForLand()) {
  const asked = status.network ? getRoads() : null;
  // Who awaits the roads is told what went wrong with them; until then nobody needs to be.
  asked?.catch(() => {});
  const [districts, places] = await Promise.all([land.districts, land.places]);
  view.drawLand(districts.features, places.features, credit(status));
  if (status.tiles) view.drawTiles(status.tiles.url, status.tiles.attribution);
  const drawn = asked ? asked.then((roads) => view.drawRoads(roads)) : Promise.resolve();
  drawn.catch(() => {});
  return { districts: districts.features.map(({ properties }) => properties.name), roads: drawn };
}
