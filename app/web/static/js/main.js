/** Picks the page from `<body data-page>`. */

const pages = /** @type {Record<string, () => Promise<{start: () => Promise<void>}>>} */ ({
  map: () => import("./pages/map-page.js"),
});

const open = pages[document.body.dataset.page ?? ""];
if (open) await (await open()).start();
