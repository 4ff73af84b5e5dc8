// Where the map looks: the whole frame in view, as large as it goes, with as little as can be under the boxes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clearView, roomAround } from "../../app/web/static/js/map/clear-view.js";

const SIZE = [1000, 600];
const FRAME = [10, 20, 14, 24];
const CORNERS = [
  [10, 20],
  [14, 20],
  [10, 24],
  [14, 24],
];
const base = { points: CORNERS, frame: FRAME, size: SIZE, boxes: [], margin: 20, maxZoom: 18 };

/** Return where a point of zoom 0 lies on the map. */
function seen([x, y], { zoom, centre }) {
  const scale = 2 ** zoom;
  return [(x - centre[0]) * scale + SIZE[0] / 2, (y - centre[1]) * scale + SIZE[1] / 2];
}

/** Return how many points lie under a box. */
function hidden(points, boxes, view) {
  return points.filter((point) => {
    const [x, y] = seen(point, view);
    return boxes.some(([left, top, right, bottom]) => x > left && x < right && y > top && y < bottom);
  }).length;
}

test("with nothing in the way the frame is centred and as large as a tenth of a zoom level allows", () => {
  const view = clearView(base);
  assert.deepEqual(
    view.centre.map((value) => Number(value.toFixed(6))),
    [12, 22],
  );
  // 4 units on 560 pixels: log2(140) = 7.129…
  assert.equal(Number(view.zoom.toFixed(6)), 7.1);
});

test("it never goes nearer than it may", () => {
  assert.equal(clearView({ ...base, maxZoom: 3 }).zoom, 3);
});

test("a box at one side moves the frame to the other, without making it smaller", () => {
  const boxes = [[0, 0, 300, 600]];
  const view = clearView({ ...base, boxes });
  assert.equal(Number(view.zoom.toFixed(6)), 7.1);
  assert.equal(hidden(CORNERS, boxes, view), 0);
});

test("a box that leaves no room makes the frame smaller until everything is seen", () => {
  const boxes = [[0, 300, 1000, 600]];
  const view = clearView({ ...base, boxes });
  assert.ok(view.zoom < 7.1 - 0.5, String(view.zoom));
  assert.equal(hidden(CORNERS, boxes, view), 0);
});

test("what is left hidden is never more than in the plain view, and the frame is always in view", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let round = 0; round < 60; round++) {
    const points = Array.from({ length: 40 }, () => [10 + 4 * random(), 20 + 4 * random()]);
    const boxes = Array.from({ length: 3 }, () => {
      const [left, top] = [900 * random(), 500 * random()];
      return [left, top, left + 250 * random(), top + 200 * random()];
    });
    const plain = clearView({ ...base, points });
    const view = clearView({ ...base, points, boxes });
    assert.ok(hidden(points, boxes, view) <= hidden(points, boxes, plain));
    for (const corner of CORNERS) {
      const [x, y] = seen(corner, view);
      assert.ok(x >= 20 - 1e-6 && x <= 980 + 1e-6 && y >= 20 - 1e-6 && y <= 580 + 1e-6, `${x}, ${y}`);
    }
  }
});

test("points without any extent are shown in the middle", () => {
  const view = clearView({ ...base, points: [[12, 22]], frame: [12, 22, 12, 22], maxZoom: 14 });
  assert.equal(view.zoom, 14);
  assert.deepEqual(view.centre, [12, 22]);
});

test("among thousands of points the outermost still count", () => {
  const crowd = Array.from({ length: 5000 }, (_, index) => [11 + (index % 50) / 50, 20.5 + (index % 70) / 70]);
  const lonely = [12, 24];
  const points = [...crowd, lonely];
  const boxes = [[0, 500, 560, 600]];
  assert.equal(hidden([lonely], boxes, clearView({ ...base, points })), 1);
  const view = clearView({ ...base, points, boxes });
  assert.equal(hidden([lonely], boxes, view), 0);
});

test("what lies over the map is passed on its shortest side, and what lies beside it does not count", () => {
  const banner = [10, 0, 990, 50];
  const controls = [940, 400, 990, 560];
  const sheet = [-1, 500, 1001, 601];
  assert.deepEqual(roomAround([banner, controls, sheet], SIZE), [50, 60, 100, 0]);
  assert.deepEqual(roomAround([[-400, 100, -10, 500]], SIZE), [0, 0, 0, 0]);
  assert.deepEqual(roomAround([], SIZE), [0, 0, 0, 0]);
});
