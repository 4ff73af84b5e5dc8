/** What a hand has changed, step by step: back and forth in it. Pure. */

const MOST = 100;

/**
 * The states of something in the order in which a hand made them, and which of them is shown.
 *
 * A state is kept as it is handed in, so it must not be changed afterwards. Whatever it is (an empty text, 0, null), it
 * is a state like any other: where we stand is told by a number, never by what a state looks like.
 *
 * @template T
 */
export class Undo {
  /** @param {T} state the first one @param {number} [most] so many steps can be taken back */
  constructor(state, most = MOST) {
    this.most = most;
    this.states = [state];
    this.at = 0;
  }

  /** Return the state that is shown. @returns {T} */
  get state() {
    return /** @type {T} */ (this.states[this.at]);
  }

  /** @returns {boolean} */
  get canUndo() {
    return this.at > 0;
  }

  /** @returns {boolean} */
  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /** A hand made a new state; what was taken back before it is given up. The same state again is no step. @param {T} state */
  did(state) {
    if (state === this.state) return;
    this.states = [...this.states.slice(0, this.at + 1), state].slice(-this.most - 1);
    this.at = this.states.length - 1;
  }

  /** Go one step back, where there is one, and return the state there. @returns {T} */
  undo() {
    if (this.canUndo) this.at -= 1;
    return this.state;
  }

  /** Go one step forth again, where there is one, and return the state there. @returns {T} */
  redo() {
    if (this.canRedo) this.at += 1;
    return this.state;
  }
}

/**
 * Return what a key asks for: Ctrl+Z (on a Mac ⌘Z) back, with Shift or as Ctrl+Y forth.
 *
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean, altKey: boolean}} event
 * @returns {"undo"|"redo"|null}
 */
export function wishOfKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (ctrlKey === metaKey || altKey) return null;
  const letter = key.toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}

/** Act on the keys for back and forth, but leave a field that is being typed in its own. @param {{undo: () => void, redo: () => void}} acts */
export function listenForUndo(acts) {
  document.addEventListener("keydown", (event) => {
    const wish = wishOfKey(event);
    const target = /** @type {HTMLElement} */ (event.target);
    if (!wish || target.matches?.("input:not([type=radio], [type=checkbox]), textarea, [contenteditable]")) return;
    event.preventDefault();
    acts[wish]();
  });
}
