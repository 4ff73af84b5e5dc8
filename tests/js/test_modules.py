"""The order of the scripts: kit ← map ← rooms; only the map knows Leaflet; rooms do not know each other."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.web.modules import FOLDERS, LEAFLET, SCRIPTS, imports_of, needed_by, read_module

# What each folder may import besides itself.
MAY_IMPORT = {"kit": {"kit"}, "map": {"kit", "map", LEAFLET}, "rooms": {"kit", "map"}}


def names(root: Path) -> list[str]:
    """Return the modules that git tracks, as they name each other."""
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--cached", "--exclude-standard", "app/web/static/js"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    files = [root / line for line in listed.stdout.splitlines()]
    return [f"#{file.relative_to(SCRIPTS).as_posix()}" for file in files if file.is_file()]


def room_of(name: str) -> str:
    """Return the folder that a module lies in: `kit`, `map`, or a room by its path."""
    parts = name.removeprefix("#").split("/")
    return "/".join(parts[:2]) if parts[0] == "rooms" else parts[0]


def breaches(name: str, script: str) -> Iterator[str]:
    """Yield what a module imports and may not."""
    for needed in imports_of(script):
        is_own = room_of(needed) == room_of(name)
        if not (needed == LEAFLET or needed.startswith("#")):
            yield f"{name} imports {needed}: name modules as #kit/…, #map/… and #rooms/…"
        elif not is_own and room_of(needed) not in MAY_IMPORT[name.removeprefix("#").split("/")[0]]:
            yield f"{name} imports {needed}"


def test_kit_knows_no_map_and_rooms_do_not_know_each_other(root: Path) -> None:
    modules = names(root)
    assert {room_of(name).split("/")[0] for name in modules} == set(FOLDERS)
    assert [breach for name in modules for breach in breaches(name, read_module(name))] == []


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("#kit/a.js", 'import { b } from "#map/b.js";'),
        ("#kit/a.js", 'import * as L from "leaflet";'),
        ("#map/a.js", 'import "#rooms/roads/b.js";'),
        ("#rooms/roads/a.js", 'import {\n  b,\n  c,\n} from "#rooms/plan/b.js";'),
        ("#rooms/roads/a.js", 'export { b } from "leaflet";'),
        ("#rooms/roads/a.js", 'import { b } from "./b.js";'),
    ],
)
def test_a_breach_is_seen(name: str, script: str) -> None:
    assert len(list(breaches(name, script))) == 1


def test_what_is_allowed_is_no_breach() -> None:
    script = 'import { a } from "#kit/a.js";\nimport "#map/b.js";\nimport * as c from "#rooms/roads/c.js";'
    assert list(breaches("#rooms/roads/a.js", script)) == []
    assert list(breaches("#kit/a.js", '/** @type {import("#rooms/roads/a.js").B} */')) == []


def test_no_module_needs_itself(root: Path) -> None:
    for name in names(root):
        needed = {after for first in imports_of(read_module(name)) for after in closure(first)}
        assert name not in needed, name


def closure(name: str) -> list[str]:
    """Return a module and all that it needs."""
    return needed_by(name, read_module)


def test_what_a_module_needs_comes_before_it() -> None:
    texts = {"a": 'import "b";\nimport { x } from "leaflet";', "b": 'export * from "c";', "c": "let d;"}
    assert needed_by("a", texts.__getitem__) == ["c", "b", LEAFLET, "a"]


def test_every_module_is_needed_by_a_page(root: Path) -> None:
    """Only types are needed by nobody: they are comments."""
    modules = names(root)
    pages = [name for name in modules if name.endswith("-page.js")]
    used = {needed for page in pages for needed in closure(page)}
    assert {name for name in modules if name not in used} <= {"#kit/types.js", "#kit/scenario-types.js"}
