"""The colours and letters of the screens for what is printed, and the few signs that SVG is written with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path

from app.errors import NotReadyError

STATIC = Path(__file__).parent.parent / "web" / "static"
SHEETS = (STATIC / "vendor" / "design-tokens" / "tokens.css", STATIC / "css" / "tokens.css")
TOKENS = ("ink", "ink-quiet", "line", "line-strong", "paper", "ground", "notice", "notice-wash")
AREAS = ("area-1", "area-2")
MAP = ("map-land", "map-road", "map-border")
# How far a colour is mixed with paper for what lies quietly under the data.
PALE = 0.58


@lru_cache(maxsize=1)
def palette() -> dict[str, str]:
    """Return the tokens that paper uses, as colours; say how to get them where they are missing."""
    try:
        text = "\n".join(path.read_text(encoding="utf-8") for path in SHEETS)
    except FileNotFoundError as error:
        raise NotReadyError(
            f"The file {error.filename} of the pages is missing. The set-up puts it there: `make run` or `make test`."
        ) from error
    values = dict(re.findall(r"--([\w-]+):\s*([^;]+);", text))
    found = {name: _resolved(values, name) for name in (*TOKENS, *AREAS, *MAP)}
    return found | {"covered": _pale(found["area-2"]), "gained": found["area-1"]}


def font() -> str:
    """Return the letters of the screens, in their order."""
    found = re.search(r"--font:\s*([^;]+);", SHEETS[1].read_text(encoding="utf-8"))
    return found[1] if found else "sans-serif"


def _resolved(values: dict[str, str], name: str) -> str:
    value = values[name].strip()
    found = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return _resolved(values, found[1]) if found else value


def _pale(colour: str) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * PALE):02x}" for part in parts)


# --- SVG ---------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Return a coordinate in millimetres, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def tag(name: str, content: str = "", **attributes: object) -> str:
    """Return an element; an underscore in the name of an attribute is a hyphen."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(number(value) if isinstance(value, float) else str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{told}>{content}</{name}>"


def words(text: str, x: float, y: float, size: float, **more: object) -> str:
    """Return letters at a place."""
    return tag("text", escape(text), x=float(x), y=float(y), font_size=float(size), **more)


def picture(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """Return a drawing in millimetres with the words that stand for it."""
    return tag(
        "svg",
        tag("title", escape(title)) + "".join(parts),
        width=f"{number(width)}mm",
        height=f"{number(height)}mm",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        # A list without blanks and signs is read alike by browsers and by what makes the PDF.
        font_family=font().replace('"', "").replace(", ", ","),
        fill=palette()["ink"],
    )
