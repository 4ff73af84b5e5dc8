/** Dialogs over the page: Esc, their own buttons and a click outside close them. */

/** Open a dialog. @param {HTMLDialogElement} dialog */
export function openDialog(dialog) {
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.showModal();
}
