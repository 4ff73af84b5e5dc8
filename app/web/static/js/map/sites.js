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
