// What a page has before its scripts run: the shared words.
import { readFileSync } from "node:fs";

const words = readFileSync(new URL("../../app/documents/words.json", import.meta.url), "utf8");
globalThis.document = {
  documentElement: { dataset: {} },
  getElementById: (id) => (id === "words" ? { textContent: words } : null),
};
