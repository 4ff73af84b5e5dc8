/** Where the keyboard is. */

/**
 * Draw a part of the page anew and leave the keyboard on what had it: parts are known by their `data-key`.
 *
 * @param {ParentNode & Node} part @param {() => void} draw
 */
export function keepFocus(part, draw) {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && part.contains(active) ? active.dataset.key : undefined;
  draw();
  if (key === undefined) return;
  /** @type {HTMLElement|null} */ (part.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({
    preventScroll: true,
  });
}
