/** What every page with a map does: start or say why it cannot, print, speak, and know its own parts. */

import { ApiError, getStatus } from "#kit/api.js";
import { fill } from "#kit/element.js";
import { errorNote } from "#kit/notes.js";
import { momentText } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Status} Status */
/** @typedef {[number, number, number, number]} Bounds west, south, east, north */

/** What a map shows before there is a city: Japan. @type {Bounds} */
const EVERYWHERE = [128, 30, 146, 46];

/** Return a part of the page that its template has. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/** Return what a map shows at first. @param {Status} status @returns {Bounds} */
export function boundsOf(status) {
  return status.bounds ?? EVERYWHERE;
}

/**
 * Show a page; where the service refuses, say so in its main part. `data-ready` on the body tells that it is done.
 *
 * @param {(status: Status) => Promise<unknown>} show @param {string} place id of the main part
 */
export async function openPage(show, place) {
  try {
    await show(await getStatus());
  } catch (error) {
    fill(
      byId(place),
      errorNote(asApiError(error), () => location.reload()),
    );
  }
  document.body.dataset.ready = "";
}

/** Return what the service told; anything else is a fault of ours and is not hidden. @param {unknown} error @returns {ApiError} */
export function asApiError(error) {
  if (error instanceof ApiError) return error;
  throw error;
}

/** Let the button print, and paper say when it was printed. @param {() => string} [about] what else paper says */
export function setUpPrinting(about = () => "") {
  document.getElementById("print")?.addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => {
    const title = document.querySelector("h1")?.textContent;
    byId("printed-on").textContent = [title, `${momentText(new Date().toISOString())} 印刷`, about()]
      .filter(Boolean)
      .join(" ・ ");
  });
}

/** Say something to who cannot see it. @param {string} words */
export function say(words) {
  byId("live").textContent = words;
}

/** Write the address of what is shown. @param {string} query with its question mark, or nothing @param {"push"|"replace"} [how] */
export function writeAddress(query, how = "replace") {
  const address = `${location.pathname}${query}`;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** Return parts of an address as a query; what is empty is left out. @param {Record<string, string>} parts @returns {string} */
export function queryOf(parts) {
  const told = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== ""));
  return told.size ? `?${told}` : "";
}
