"""The scripts of the pages: modules that name each other as `#kit/…`, `#map/…` and `#rooms/…`, and what each needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parent / "static" / "js"
FOLDERS = ("kit", "map", "rooms")
LEAFLET = "leaflet"
# A statement that imports or passes on what another module exports; types in comments are no statements.
STATEMENT = re.compile(r'^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"([^"]+)"', re.MULTILINE)


def imports_of(script: str) -> list[str]:
    """Return the names of the modules that a script imports, in their order."""
    return STATEMENT.findall(script)


def needed_by(name: str, read: Callable[[str], str]) -> list[str]:
    """Return a module and all that it needs, each once and after what it needs itself; Leaflet stands for itself."""
    found: dict[str, None] = {}

    def walk(module: str) -> None:
        if module in found:
            return
        for needed in imports_of(read(module)) if module != LEAFLET else ():
            walk(needed)
        found[module] = None

    walk(name)
    return list(found)


def read_module(name: str) -> str:
    """Return the text of a module of our own."""
    return (SCRIPTS / name.removeprefix("#")).read_text(encoding="utf-8")


def page_module(room: str) -> str:
    """Return the module that starts the page of a room."""
    return f"#rooms/{room}/{room}-page.js"


@cache
def modules_of_page(room: str) -> tuple[str, ...]:
    """Return the modules of the page of a room; they are read once, as their address says too."""
    return tuple(needed_by(page_module(room), read_module))


def address_of(name: str, static: str) -> str:
    """Return where a browser finds a module."""
    if name == LEAFLET:
        return f"{static}/vendor/leaflet/leaflet-src.esm.js"
    return f"{static}/js/{name.removeprefix('#')}"


def import_map(static: str) -> dict[str, dict[str, str]]:
    """Return what tells a browser where the names of the modules lead."""
    folders = {f"#{folder}/": f"{static}/js/{folder}/" for folder in FOLDERS}
    return {"imports": {LEAFLET: address_of(LEAFLET, static), **folders}}
