/** Where the map looks so that the boxes lying over it hide as little as can be. Pure: pixels in, pixels out. */

/** @typedef {[number, number]} Pair x, y */
/** @typedef {[number, number, number, number]} Box left, top, right, bottom */

const ZOOM_STEP = 0.1;
const ZOOM_STEPS = 16;
const PLACES = 12;
/** So much of the points may be hidden before the map becomes one step smaller. */
const PRICE_OF_A_STEP = 0.002;
/** So many points stand for all of them. */
const ENOUGH = 600;

/**
 * Return the zoom and the centre, in pixels of zoom 0, that show the whole frame and hide the fewest points.
 *
 * @param {object} wanted
 * @param {Pair[]} wanted.points what should be seen, in pixels of zoom 0
 * @param {Box} wanted.frame what must lie on the map, in pixels of zoom 0
 * @param {Pair} wanted.size of the map
 * @param {Box[]} wanted.boxes what lies over the map, in pixels of the map
 * @param {number} wanted.margin pixels left free at each edge
 * @param {number} wanted.maxZoom
 * @returns {{zoom: number, centre: Pair}}
 */
export function clearView({ points, frame, size, boxes, margin, maxZoom }) {
  const [width, height] = [frame[2] - frame[0], frame[3] - frame[1]];
  const room = /** @type {Pair} */ ([Math.max(size[0] - 2 * margin, 1), Math.max(size[1] - 2 * margin, 1)]);
  const fits = Math.log2(Math.min(room[0] / Math.max(width, 1e-9), room[1] / Math.max(height, 1e-9)));
  const nearest = Math.floor(Math.min(fits, maxZoom) / ZOOM_STEP + 1e-6) * ZOOM_STEP;
  const sample = thinned(points);
  let best = { price: Infinity, zoom: nearest, centre: /** @type {Pair} */ ([0, 0]) };
  for (let step = 0; step <= ZOOM_STEPS; step++) {
    if (step * PRICE_OF_A_STEP >= best.price) break;
    const zoom = nearest - step * ZOOM_STEP;
    const scale = 2 ** zoom;
    const free = /** @type {Pair} */ ([Math.max(room[0] - width * scale, 0), Math.max(room[1] - height * scale, 0)]);
    for (const [left, top] of places(margin, free)) {
      const hidden = share(sample, boxes, scale, [left - frame[0] * scale, top - frame[1] * scale]);
      const price = hidden + step * PRICE_OF_A_STEP;
      if (price >= best.price - 1e-9) continue;
      best = { price, zoom, centre: [frame[0] + (size[0] / 2 - left) / scale, frame[1] + (size[1] / 2 - top) / scale] };
    }
  }
  return { zoom: best.zoom, centre: best.centre };
}

/**
 * Return how far what lies over the map reaches into it from the top, the right, the bottom and the left: each box is
 * passed on the side where the way round it is the shortest.
 *
 * @param {Box[]} boxes @param {Pair} size of the map @returns {[number, number, number, number]}
 */
export function roomAround(boxes, [width, height]) {
  /** @type {[number, number, number, number]} */
  const sides = [0, 0, 0, 0];
  for (const [left, top, right, bottom] of boxes) {
    const seen = left < width && right > 0 && top < height && bottom > 0;
    const reach = [bottom, width - left, height - top, right];
    const side = reach.indexOf(Math.min(...reach));
    if (seen) sides[side] = Math.max(sides[side] ?? 0, reach[side] ?? 0);
  }
  return sides;
}

/** Return some of the points, the outermost four among them. @param {Pair[]} points @returns {Pair[]} */
function thinned(points) {
  const every = Math.ceil(points.length / ENOUGH);
  if (every <= 1) return points;
  /** @type {(better: (a: Pair, b: Pair) => boolean) => Pair[]} */
  const outermost = (better) => [points.reduce((best, point) => (better(point, best) ? point : best))];
  return [
    ...points.filter((_, index) => index % every === 0),
    ...outermost((a, b) => a[0] < b[0]),
    ...outermost((a, b) => a[0] > b[0]),
    ...outermost((a, b) => a[1] < b[1]),
    ...outermost((a, b) => a[1] > b[1]),
  ];
}

/** Return where the frame's upper left corner may lie, the middle first. @param {number} margin @param {Pair} free @returns {Pair[]} */
function places(margin, [right, down]) {
  const shares = [...Array(PLACES + 1).keys()].map((index) => index / PLACES);
  const pairs = shares.flatMap((x) => shares.map((y) => /** @type {Pair} */ ([x, y])));
  pairs.sort((a, b) => Math.hypot(a[0] - 0.5, a[1] - 0.5) - Math.hypot(b[0] - 0.5, b[1] - 0.5));
  return pairs.map(([x, y]) => [margin + x * right, margin + y * down]);
}

/** Return the share of the points that lie under a box. @param {Pair[]} points @param {Box[]} boxes @param {number} scale @param {Pair} shift @returns {number} */
function share(points, boxes, scale, [dx, dy]) {
  let hidden = 0;
  for (const [x, y] of points) {
    const [px, py] = [x * scale + dx, y * scale + dy];
    if (boxes.some((box) => px > box[0] && px < box[2] && py > box[1] && py < box[3])) hidden += 1;
  }
  return points.length ? hidden / points.length : 0;
}
