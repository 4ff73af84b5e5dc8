"""The mark of each kind of place as SVG, as `static/js/kit/symbols.js` draws it."""

from __future__ import annotations

from markupsafe import Markup

from app.wording import KINDS

CONSULTANT = "consultant"


def symbol(kind: str, shapes: str = "") -> Markup:
    """Return the mark of a kind; assistive technology passes over it, for its name stands beside it.

    `shapes` is the address of the file with the shapes; without it they stand in the page itself.
    """
    sign = KINDS.get(kind, {"letter": "", "baseline": 19, "size": 14})
    height = 36 if kind == CONSULTANT else 28
    letter = Markup('<text class="symbol__letter" x="14" y="{}" font-size="{}">{}</text>').format(
        sign["baseline"], sign["size"], sign["letter"]
    )
    return Markup(
        '<svg class="symbol symbol--{kind} kind-{kind}" viewBox="0 0 28 {height}" aria-hidden="true" focusable="false">'
        '<use href="{shapes}#{kind}"/>{letter}</svg>'
    ).format(kind=kind, shapes=shapes, height=height, letter=letter if sign["letter"] else "")
