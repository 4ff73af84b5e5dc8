/** Features that share a point. Pure. */

/**
 * Return features by place: those that share a point stand together, in their given order.
 *
 * @template {{geometry: {coordinates: [number, number]}|null}} F
 * @param {F[]} features @returns {Map<string, F[]>}
 */
export function bySite(features) {
  /** @type {Map<string, F[]>} */
  const sites = new Map();
  for (const feature of features) {
    if (!feature.geometry) continue;
    const [lon, lat] = feature.geometry.coordinates;
    const key = `${lat.toFixed(5)},${lon.toFixed(5)}`;
    const there = sites.get(key);
    if (there) there.push(feature);
    else sites.set(key, [feature]);
  }
  return sites;
}

/**
 * Return where something that was chosen lies, null where nobody knows.
 *
 * @param {import("#kit/address.js").Selection|null} selected
 * @param {import("#kit/types.js").ResourceFeature[]} resources
 * @param {import("#kit/types.js").ConsultantFeature[]} consultants
 * @returns {[number, number]|null}
 */
export function placeOf(selected, resources, consultants) {
  if (selected?.type === "site") {
    const [lat, lon] = selected.id.split(",").map(Number);
    return lat !== undefined && lon !== undefined ? [lon, lat] : null;
  }
  const list = selected?.type === "consultant" ? consultants : resources;
  return list.find((item) => String(item.properties.id) === selected?.id)?.geometry?.coordinates ?? null;
}
