/** What a person seeks ↔ the address that asks the server for it. Pure: no page, no network. */

/** What is open, of which there is one at a time. */
const OPENED = ["resource", "site"];

/**
 * Return the address of a query with other parts in it; what was open before is closed.
 *
 * @param {string} query @param {Record<string, string>} parts @returns {string}
 */
export function addressWith(query, parts) {
  const told = new URLSearchParams(query);
  for (const name of OPENED) told.delete(name);
  for (const [name, value] of Object.entries(parts)) told.set(name, value);
  return told.size ? `/?${told}` : "/";
}

/** Return the address of what a form asks for; what is empty is left out. @param {Iterable<[string, FormDataEntryValue]>} fields @returns {string} */
export function addressOf(fields) {
  const told = [...fields].map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));
  return addressWith("", Object.fromEntries(told.filter(([, value]) => value.trim() !== "")));
}
