/** Picks the page from `<body data-page>`. */

const pages = /** @type {Record<string, () => Promise<{start: () => Promise<void>}>>} */ ({
  backup: () => import("./pages/backup-page.js"),
  map: () => import("./pages/map-page.js"),
  reports: () => import("./pages/reports-page.js"),
  roads: () => import("./pages/roads-page.js"),
  "what-if": () => import("./pages/what-if-page.js"),
});

const open = pages[document.body.dataset.page ?? ""];
if (open) await (await open()).start();
