"""The rules of the tree, each with a twin that proves the check can fail."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from app.settings import PREFIX, Settings

FILE_LINES = 400
FUNCTION_LINES = 50
VAGUE = re.compile(r"^(utils?|helpers?|common|misc|manager|service)\.(py|js)$")
TOP_LEVEL = {
    *("app", "geo", "data", "notebooks", "tests", "docker", "docs", "requirements", ".ci"),
    *("pyproject.toml", "README.md", "CHANGELOG.md", "Makefile", "LICENSE", ".gitignore", ".dockerignore"),
    ".pre-commit-config.yaml",
}
ADDRESS = re.compile(r"(pypi\.org|pythonhosted|registry\.npmjs|npmmirror|deb\.debian\.org|/root/|/work/)")


def tracked(root: Path, *patterns: str) -> list[Path]:
    """Return the files that git tracks."""
    output = subprocess.run(["git", "ls-files", *patterns], cwd=root, check=True, capture_output=True, text=True)
    return [root / line for line in output.stdout.splitlines() if (root / line).is_file()]


def python_code(root: Path) -> list[Path]:
    """Return the Python files of the product; a migration is a record, its length says nothing."""
    return [path for path in tracked(root, "app/*.py", "geo/*.py") if "versions" not in path.parts]


def long_functions(source: str) -> Iterator[str]:
    """Yield the functions that are longer than allowed, docstring not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            first = node.body[1] if has_docstring and len(node.body) > 1 else node.body[0]
            if (node.end_lineno or 0) - first.lineno + 1 > FUNCTION_LINES:
                yield node.name


def environment_readers(source: str) -> bool:
    """Return whether a module reads the environment."""
    return bool(re.search(r"\bos\.environ\b|\bos\.getenv\b|\bgetenv\(", source))


def committers(source: str) -> bool:
    """Return whether a module commits by itself."""
    return bool(re.search(r"\.commit\(\)", source))


# What speaks to the database outside the rooms: the connection, its migrations, and the private cluster.
SPEAKS_SQL = ("app/database.py", "app/postgis/", "app/migrations/")
SQL_WORDS = {"select", "insert", "update", "delete", "text"}
SQL_CALLS = {"execute", "scalar", "scalars", "exec_driver_sql"}


def sql_spoken(source: str) -> set[str]:
    """Return what of SQL a module uses: SQLAlchemy's words, and calls that hand a statement over."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            found |= {alias.name for alias in node.names if alias.name in SQL_WORDS}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL_CALLS:
            found.add(node.func.attr)
    return found


# Modules of our own that are imported inside a function, each with its reason.
LAZY = {
    ("app.reports.write_gap_report", "app.reports.gap_report_page"): "WeasyPrint takes a second to import",
    ("app.reports.write_gap_report", "app.reports.gap_report_workbook"): "only a workbook needs the library",
    ("geo.roads.network", "geo.roads.osm_reader"): "osmnx takes three seconds to import",
    ("geo.roads.network", "geo.roads.edge_reader"): "geopandas takes a second to import",
}


def lazy_imports(source: str) -> set[str]:
    """Return the modules of our own that are imported inside a function."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"app", "geo"}:
                    found.add(node.module or "")
    return found


def circles(root: Path) -> set[frozenset[str]]:
    """Return the circles of modules that import each other, also inside functions."""
    command = "import grimp, sys; sys.path.insert(0, '.'); g = grimp.build_graph('app', 'geo', cache_dir=None); "
    command += "print(*(f'{m} {i}' for m in g.modules for i in g.find_modules_directly_imported_by(m)), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    graph = nx.DiGraph(line.split() for line in done.stdout.splitlines())
    return {frozenset(part) for part in nx.strongly_connected_components(graph) if len(part) > 1}


def test_files_are_short(root: Path) -> None:
    code = [*python_code(root), *tracked(root, "app/web/static/js/*.js")]
    assert {path.name for path in code if len(path.read_text().splitlines()) > FILE_LINES} == set()


def test_functions_are_short(root: Path) -> None:
    assert [f"{path}: {name}" for path in python_code(root) for name in long_functions(path.read_text())] == []


def test_a_long_function_is_seen() -> None:
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES + 1))
    assert list(long_functions(f"def much():\n{body}\n")) == ["much"]


def test_names_say_something(root: Path) -> None:
    assert [path for path in tracked(root, "*.py", "*.js") if VAGUE.match(path.name)] == []


def test_a_vague_name_is_seen() -> None:
    assert VAGUE.match("utils.py")
    assert VAGUE.match("service.js")
    assert not VAGUE.match("measure_coverage.py")


def test_top_level_is_known(root: Path) -> None:
    assert {path.relative_to(root).parts[0] for path in tracked(root)} <= TOP_LEVEL


def test_only_settings_read_the_environment(root: Path) -> None:
    readers = [path for path in python_code(root) if environment_readers(path.read_text())]
    # The launcher of the private cluster hands its own environment on to PostgreSQL's programs.
    assert {path.name for path in readers if "postgis" not in path.parts} == {"settings.py"}


def test_a_reader_of_the_environment_is_seen() -> None:
    assert environment_readers("import os\nx = os.environ['A']")


def test_only_the_database_commits(root: Path) -> None:
    assert [path for path in python_code(root) if committers(path.read_text())] == []


def test_a_committer_is_seen() -> None:
    assert committers("session.commit()")
    assert not committers("session.flush()")


def test_only_queries_speak_sql(root: Path) -> None:
    found = {}
    for path in python_code(root):
        name = path.relative_to(root).as_posix()
        if path.name != "queries.py" and name.startswith("app/") and not name.startswith(SPEAKS_SQL):
            found[name] = sql_spoken(path.read_text())
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select",
        "from sqlalchemy import Engine, text",
        "from sqlalchemy.dialects.postgresql import insert",
        "session.execute(order)",
        "rows = session.scalars(order).all()",
        "with engine.connect() as connection:\n    connection.scalar(order)",
    ],
)
def test_sql_outside_queries_is_seen(source: str) -> None:
    assert sql_spoken(source)
    assert not sql_spoken("from sqlalchemy.orm import Session\nsession.add(row)\nsession.flush()")


def test_imports_stand_at_the_top(root: Path) -> None:
    found = set()
    for path in python_code(root):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        if not module.startswith("app.cli."):  # `tono --help` answers at once: a command imports what it needs
            found |= {(module, imported) for imported in lazy_imports(path.read_text())}
    assert found == set(LAZY)


def test_a_lazy_import_is_seen() -> None:
    assert lazy_imports("def f():\n    from geo.mesh import centre\n") == {"geo.mesh"}
    assert lazy_imports("from geo.mesh import centre\ndef f():\n    from numpy import pi\n") == set()


def test_no_module_imports_itself_through_others(root: Path) -> None:
    assert circles(root) == set()


def test_a_circle_of_modules_is_seen(root: Path, tmp_path: Path) -> None:
    copy_code(root, tmp_path)
    (tmp_path / "app/errors.py").write_text((root / "app/errors.py").read_text() + "\nimport app.settings\n")
    (tmp_path / "app/settings.py").write_text((root / "app/settings.py").read_text() + "\nimport app.errors\n")
    assert any({"app.errors", "app.settings"} <= circle for circle in circles(tmp_path))


def loose_migrations(sources: list[str]) -> list[str]:
    """Return the migrations that do not follow the one before; two that follow the same would leave no newest one."""
    found: list[str] = []
    before = "None"
    for source in sources:
        facts = dict(re.findall(r"^(revision|down_revision) = (.+)$", source, re.MULTILINE))
        if facts["down_revision"] != before:
            found.append(facts["revision"])
        before = facts["revision"]
    return found


def test_migrations_form_one_line(root: Path) -> None:
    files = sorted((root / "app/migrations/versions").glob("*.py"))
    assert loose_migrations([file.read_text() for file in files]) == []


def test_two_migrations_after_the_same_are_seen() -> None:
    first, second, third = (
        f'revision = "{number}"\ndown_revision = {before}\n' for number, before in ((1, None), (2, '"1"'), (3, '"1"'))
    )
    assert loose_migrations([first, second]) == []
    assert loose_migrations([first, second, third]) == ['"3"']


def test_no_address_of_a_registry_or_machine(root: Path) -> None:
    found = []
    for path in tracked(root):
        if path.suffix in {".png", ".jpg"} or path.name == "test_architecture.py":
            continue
        found += [f"{path.name}: {match}" for match in ADDRESS.findall(path.read_text(errors="replace"))]
    assert found == []


def test_each_setting_is_documented(root: Path) -> None:
    text = (root / "docs/operations/settings.md").read_text()
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in text} == set()
    assert set(re.findall(r"`(TONO_[A-Z_]+)`", text)) == names


def test_locks_have_hashes(root: Path) -> None:
    for lock in (root / "requirements").glob("*.txt"):
        text = lock.read_text()
        pinned = re.findall(r"^([\w.\[\]-]+)==", text, re.MULTILINE)
        assert len(pinned) > 2
        assert text.count("--hash=sha256:") >= len(pinned)


BROKEN = {
    "geo-is-pure": ("geo/mesh.py", "import app.errors\n"),
    "domains-point-one-way": ("app/roads/models.py", "import app.register.models\n"),
    "geo-layers": ("geo/roads/profiles.py", "import geo.travel.travel_time\n"),
}


def copy_code(root: Path, to: Path) -> None:
    """Copy the code of the product, to break a rule in the copy."""
    for path in [root / "pyproject.toml", *tracked(root, "app/*.py", "geo/*.py")]:
        target = to / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text())


def lint_imports(root: Path, contract: str) -> int:
    """Run one import contract in a folder and return its exit status."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--contract", contract, "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, check=False, capture_output=True, env=environment).returncode


def test_every_layer_is_listed(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    layers = [contract for contract in settings["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    assert [contract["id"] for contract in layers if not contract.get("exhaustive")] == []


def test_every_contract_has_a_twin(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    assert {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]} == set(BROKEN)


@pytest.mark.parametrize("contract", BROKEN)
def test_import_contract_holds_and_can_fail(root: Path, tmp_path: Path, contract: str) -> None:
    copy_code(root, tmp_path)
    assert lint_imports(tmp_path, contract) == 0
    name, line = BROKEN[contract]
    broken = tmp_path / name
    broken.write_text(broken.read_text().replace("from __future__ import annotations\n", "") + "\n" + line)
    assert lint_imports(tmp_path, contract) != 0
