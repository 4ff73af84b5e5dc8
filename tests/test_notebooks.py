"""The notebooks run from top to bottom without a database or the internet, and say what the service says."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from factories import plain
from nbclient import NotebookClient
from sqlalchemy.orm import Session

from app.coverage.measure_coverage import measure_coverage
from app.demonstration.load_demonstration import load_demonstration
from app.siting.propose_sites import Wish, propose_sites

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def run(path: Path, *, show: str) -> Any:
    """Execute a notebook as it stands and return the value of one of its names, which must be plain data."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json; print(json.dumps({show}))"))
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    return json.loads(notebook.cells[-1].outputs[0].text)


def imported(path: Path) -> set[str]:
    """Return the packages that a notebook imports."""
    cells = nbformat.read(path, as_version=4).cells
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_needs_the_science_alone(path: Path) -> None:
    assert "geo" in imported(path)
    assert not imported(path) & {"app", "sqlalchemy", "psycopg", "requests", "httpx", "urllib"}


@pytest.mark.filterwarnings("ignore:.*TCP without encryption.*")
def test_coverage_today_says_what_the_service_says(root: Path, session: Session) -> None:
    load_demonstration(session, root / "data" / "tono")
    document = json.loads(measure_coverage(session).document)
    summary = run(root / "notebooks" / "01_coverage_today.ipynb", show="summary")
    assert summary["population"] == document["population"] == 28062
    assert summary["covered"] == document["covered"]
    assert summary["unreachable"] == document["unreachable_population"]
    assert summary["districts"] == {district["name"]: district["covered"]["20"] for district in document["districts"]}


@pytest.mark.filterwarnings("ignore:.*TCP without encryption.*")
def test_where_to_add_consultants_says_what_the_service_says(root: Path, session: Session) -> None:
    load_demonstration(session, root / "data" / "tono")
    summary = run(root / "notebooks" / "02_where_to_add_consultants.ipynb", show="summary")
    for asked, rungs in summary["ladder"].items():
        profile, minutes = asked.split()
        found = plain(propose_sites(session, Wish(None, int(minutes), "cover", profile)))
        assert found["status"] == "optimal"
        assert [[covered, gain] for _, covered, gain in rungs] == [
            [rung["covered"], rung["gain"]] for rung in found["ladder"]
        ]
        for (name, _, _), rung in zip(rungs, found["ladder"], strict=True):
            assert rung["sites"][-1]["name"].startswith(name)
    assert len(summary["ladder"]) == 4
    left = {why["kind"]: why["population"] for why in plain(propose_sites(session, Wish(None, 10)))["why_infeasible"]}
    assert summary["why_not"] == left
    assert summary["gains"] == sorted(summary["gains"], reverse=True)
    told = "".join(summary["sentences"])
    for name, covered, gain in summary["ladder"]["car 10"]:
        assert f"{name}に置きます。届く人は{gain:,}人増えて{covered:,}人" in told
