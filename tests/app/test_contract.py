"""Names that other people's scripts call: commands, options, documents. They stay as they are once built."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.cli import app as commands

# Each key with the kind of its value; None stands for one that may be null. What is not named here was never promised.
NUMBER, TEXT, FLAG = (int, float), str, bool
COVERED = {"10": int, "20": int, "30": int}
ADDED = {"uncovered": COVERED, "unreachable_population": int, "mean_s": (int, float, None), "p95_s": (int, float, None)}
ENDS = ("covered_low", "covered_high", "covered_low_by_speed", "covered_high_by_speed")
RANGE = dict.fromkeys(ENDS, COVERED)
DISTRICT = {"name": TEXT, "population": int, "covered": COVERED, **ADDED, "has_consultant": FLAG, **RANGE}
CONSULTANT = {"id": TEXT, "base": TEXT, "catchment_population": int, "covered": COVERED}
UNREACHABLE = {"mesh_code": TEXT, "population": int, "reason": TEXT, "snap_m": (int, float, None)}
HEAD = {"run": TEXT, "fingerprint": TEXT, "profile": TEXT, "at": (str, None), "minutes": [int]}
NETWORK = {"name": TEXT, "nodes": int, "edges": int, "km": NUMBER, "source": TEXT, "date": (str, None)}
FIGURES = {"population": int, "covered": COVERED, **ADDED}
LISTS = {"districts": [DISTRICT], "consultants": [CONSULTANT], **RANGE, "unreachable": [UNREACHABLE]}
COVERAGE = HEAD | {"network": NETWORK} | FIGURES | LISTS
COMMANDS = {
    "up": {"--port", "--serve/--no-serve"},
    "serve": {"--port"},
    "db start": set(),
    "db stop": set(),
    "db status": {"--json"},
    "db url": set(),
    "db migrate": set(),
    "db backup": {"file"},
    "db restore": {"file"},
    "demo load": set(),
    "demo remove": {"--only-invented"},
    "network build": {"--osm", "--edges", "--nodes", "--place", "--name"},
    "districts load": {"file"},
    "demand load": {"file"},
    "coverage": {"--minutes", "--profile", "--at", "--json"},
    "gaps": {"--add", "--all-centres", "--minutes", "--objective", "--json"},
    "map": {"out"},
    "speeds show": {"--profile", "--json"},
    "speeds fit": {"file", "--profile", "--json"},
    "speeds set": {"highway", "kmh", "--why", "--profile"},
    "speeds reset": set(),
    "scenario save": {"name", "--add", "--all", "--minutes", "--objective", "--profile", "--candidates", "--json"},
    "scenario list": {"--json"},
    "scenario show": {"name", "--json"},
    "scenario run": {"name", "--json"},
    "scenario compare": {"before", "after", "--json"},
    "scenario remove": {"name"},
    "backup": {"--minutes", "--profile", "--at", "--json"},
    "critical-roads": {"--minutes", "--profile", "--at", "--worst", "--json"},
    "closures import": {"file"},
    "closures list": {"--at", "--json"},
    "closures export": {"file"},
    "closures propose": {"file"},
    "closures remove": {"number"},
    "report gaps": {"out", "--add", "--all-centres", "--minutes", "--printed-on"},
}


def differences(value: Any, form: Any, where: str = "$") -> list[str]:
    """Return where a document is not of a form."""
    if isinstance(form, dict):
        if not isinstance(value, dict) or list(value) != list(form):
            return [f"{where}: {list(value)} in place of {list(form)}"]
        return [wrong for key in form for wrong in differences(value[key], form[key], f"{where}.{key}")]
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [wrong for entry in value for wrong in differences(entry, form[0], f"{where}[]")]
    kinds = form if isinstance(form, tuple) else (form,)
    if value is None:
        return [] if None in kinds else [f"{where}: null"]
    # To Python a truth value is a whole number; to JSON it is not.
    fits = type(value) is bool if kinds == (bool,) else type(value) in kinds
    return [] if fits else [f"{where}: {value!r}"]


def test_a_difference_of_form_is_seen() -> None:
    good = {"run": "a", "minutes": [1, 2], "covered": {"10": 1}}
    form = {"run": str, "minutes": [int], "covered": {"10": int}}
    assert differences(good, form) == []
    for bad in (
        {"run": None},
        {"minutes": [1, "2"]},
        {"minutes": [True]},
        {"covered": {"10": 1.5}},
        {"covered": {}},
        {"covered": {"10": 1, "20": 2}},
    ):
        assert len(differences(good | bad, form)) == 1


@pytest.mark.parametrize("options", [[], ["--profile", "walk"], ["--at", "2026-01-15T10:00+09:00"]])
def test_the_document_of_the_coverage(tono, options: list[str]) -> None:
    said = tono("coverage", "--json", *options).assert_done()
    assert said.out.count("\n") == 1
    document = said.document
    assert differences(document, COVERAGE) == []
    assert document["run"] == document["fingerprint"][:12]
    assert document["profile"] == (options[1] if "--profile" in options else "car")
    assert document["at"] == ("2026-01-15T10:00:00+09:00" if "--at" in options else None)
    assert [consultant["id"] for consultant in document["consultants"]] == [f"C0{n}" for n in range(1, 10)]


def test_every_figure_of_the_document_adds_up(tono) -> None:
    for profile in ("car", "car-winter", "walk"):
        document = tono("coverage", "--json", "--profile", profile).document
        assert document["population"] == 28_062
        for part in (document, *document["districts"]):
            for minutes, covered in part["covered"].items():
                assert covered + part["uncovered"][minutes] + part["unreachable_population"] == part["population"]
            assert part["covered"]["10"] <= part["covered"]["20"] <= part["covered"]["30"]
        for key in ("population", "unreachable_population"):
            assert sum(district[key] for district in document["districts"]) == document[key]
        for minutes, covered in document["covered"].items():
            assert sum(district["covered"][minutes] for district in document["districts"]) == covered
            # Nobody is within reach who is not within reach of one of them, and one reaches no more than all.
            reached = [consultant["covered"][minutes] for consultant in document["consultants"]]
            assert max(reached) <= covered <= sum(reached)
        assert sum(cell["population"] for cell in document["unreachable"]) == document["unreachable_population"]
        catchments = sum(consultant["catchment_population"] for consultant in document["consultants"])
        assert catchments == document["population"] - document["unreachable_population"]


def test_the_table_says_the_same(tono) -> None:
    document, table = tono("coverage", "--json").document, tono("coverage").assert_done().out
    lines = table.splitlines()
    for district, line in zip(document["districts"], lines[1:], strict=False):
        people = [district["population"], *district["covered"].values()]
        assert line.split()[:5] == [district["name"], *(f"{number:,}" for number in people)]
    assert document["fingerprint"] in table


def test_minutes_are_those_that_were_asked_for(tono) -> None:
    document = tono("coverage", "--json", "--minutes", "45,5,5").document
    assert document["minutes"] == [5, 45]
    assert list(document["covered"]) == list(document["districts"][0]["uncovered"]) == ["5", "45"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_words(command: str) -> None:
    found: Any = get_command(commands)
    for word in command.split():
        found = found.commands[word]
    words = {"/".join([*parameter.opts, *parameter.secondary_opts]) for parameter in found.params}
    assert COMMANDS[command] <= words


def every_command() -> set[str]:
    """Return the commands that there are."""

    def below(group: Any, before: str = "") -> set[str]:
        found = set()
        for name, command in group.commands.items():
            inside = hasattr(command, "commands")
            found |= below(command, f"{before}{name} ") if inside else {f"{before}{name}"}
        return found

    return below(get_command(commands))


def told(line: str) -> set[str]:
    """Return the commands that a line of a table tells: `tono db start|stop`, alternatives with their arguments."""
    found = set()
    for text in re.findall(r"`tono ([^`]+)`", line):
        first, *others = re.split(r"\\?\|", re.sub(r"\[.*?\]", "", text).strip())
        words = list(itertools.takewhile(lambda word: re.fullmatch(r"[a-z][a-z-]*", word), first.split()))
        found.add(" ".join(words))
        if "." not in first:  # `OUT.pdf|html` are endings of a file
            found |= {" ".join([*words[:-1], other.split()[0]]) for other in others if re.match(r"[a-z]", other)}
    return found


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert set(COMMANDS) == every_command()


def test_the_readme_tells_every_command_and_no_other(root: Path) -> None:
    rows = [line for line in (root / "README.md").read_text().splitlines() if line.startswith("| `tono ")]
    assert set().union(*map(told, rows)) == every_command()


def test_a_command_that_is_told_or_forgotten_is_seen() -> None:
    assert told("| `tono db start\\|stop\\|backup FILE` · `tono up [--port N]` | x |") == {
        "db start",
        "db stop",
        "db backup",
        "up",
    }
    assert told("| `tono report gaps OUT.pdf\\|html [--add K \\| --all]` | x |") == {"report gaps"}


# --- the whole life, on a machine without any network -----------------------------------------------------------------


# One process for several commands: it takes two seconds to start.
SEVERAL = """
import json, sys
from app.cli import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["tono", *words]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


@pytest.fixture
def cut_off(root: Path):
    """Return what runs `tono` as a process of its own that has no network at all, with a private database."""
    probe = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True)
    if probe.returncode:
        pytest.skip("this machine cannot take the network away from a process")
    # pytest's own folder is closed to the account that the database runs as when we are root.
    folder = tempfile.TemporaryDirectory(prefix="tono-life-")
    Path(folder.name).chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TONO_STATE_DIR": f"{folder.name}/state"}

    def run(*several: str) -> list[str]:
        words = json.dumps([line.split() for line in several])
        done = subprocess.run(
            ["unshare", "--net", sys.executable, "-c", SEVERAL, words],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=root,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    with folder:
        yield run
        run("db stop")


def test_from_nothing_to_the_figures_without_a_network(cut_off) -> None:
    # Whatever comes first has the bundled data to work with.
    alone, first = cut_off("coverage --json", "up --no-serve", "coverage --json")
    assert json.loads(first)["population"] == 28_062
    assert len(json.loads(first)["consultants"]) == 9
    assert alone == first
    # Started for one command and stopped after it.
    stopped, again, status = cut_off("db stop", "db status --json", "coverage --json", "db status --json")
    assert again == first
    assert [json.loads(line)["running"] for line in (stopped, status)] == [False, False]
