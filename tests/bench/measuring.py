"""CPU times of several ways to do one job, taken in turn; rows of a table; goals and whether they are met."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

ROUNDS = 5
LEAST_S = 0.05  # what is quicker is done again and again, and the average counts


@dataclass(frozen=True)
class Way:
    """A way to do a job.

    `scale` is how many times the job is larger than what `act` does: slow ways do a sample.
    """

    name: str
    act: Callable[[], Any]
    scale: float = 1.0
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Row:
    """One measurement: the median CPU time, and how many times as fast ours is in the same run."""

    graph: str
    job: str
    way: str
    cpu_ms: float
    rounds: int
    scale: float
    times_slower: float


@dataclass(frozen=True)
class Goal:
    """What is asked for, and what was measured."""

    text: str
    measured: float
    limit: float
    is_met: bool


@dataclass
class Report:
    """All that was measured, each way in so many rounds at most."""

    most_rounds: int = ROUNDS
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def compare(self, graph: str, job: str, ways: Sequence[Way]) -> dict[str, float]:
        """Measure all ways in turn, the first of them ours; return milliseconds."""
        spent: dict[str, list[float]] = {way.name: [] for way in ways}
        for way in ways:
            way.act()  # whoever compiles, loads or fills a cache does so before
        for number in range(min(self.most_rounds, max(way.rounds for way in ways))):
            for way in ways:
                if number < way.rounds:
                    spent[way.name].append(_average(way.act))
        median = {way.name: statistics.median(spent[way.name]) * way.scale * 1000 for way in ways}
        self._keep(graph, job, ways, median)
        return median

    def once(self, graph: str, job: str, ways: Sequence[Way]) -> None:
        """Measure each way once, cold: a first search has to get its memory from the system."""
        spent = {}
        for way in ways:
            begin = time.process_time()
            way.act()
            spent[way.name] = (time.process_time() - begin) * 1000
        self._keep(graph, job, ways, spent)

    def _keep(self, graph: str, job: str, ways: Sequence[Way], spent: dict[str, float]) -> None:
        """Print and keep rows."""
        for way in ways:
            rounds = min(way.rounds, self.most_rounds)
            row = Row(graph, job, way.name, spent[way.name], rounds, way.scale, spent[way.name] / spent[ways[0].name])
            self.rows.append(row)
            sample = "" if way.scale == 1 else f"   (1/{way.scale:g} of it, scaled)"
            say(f"{graph:>9}  {job:46} {way.name:28} {row.cpu_ms:12,.2f} ms  {row.times_slower:9,.1f} ×{sample}")

    def at_least(self, text: str, measured: float, limit: float) -> None:
        """Keep a goal that is met from a value on."""
        self._goal(Goal(text, float(measured), limit, bool(measured >= limit)), "at least")

    def at_most(self, text: str, measured: float, limit: float) -> None:
        """Keep a goal that is met up to a value."""
        self._goal(Goal(text, float(measured), limit, bool(measured <= limit)), "at most")

    def _goal(self, goal: Goal, how: str) -> None:
        self.goals.append(goal)
        word = "met   " if goal.is_met else "MISSED"
        say(f"           {word}  {goal.text}: {goal.measured:,.4g} ({how} {goal.limit:g})")

    def skip(self, what: str, reason: str) -> None:
        """Say what is not measured, and why."""
        self.skipped.append(f"{what}: {reason}")
        say(f"           not measured: {what}: {reason}")

    def document(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        rows, goals = [asdict(row) for row in self.rows], [asdict(goal) for goal in self.goals]
        return {"bench": "travel times", "rows": rows, "goals": goals, "skipped": self.skipped}


def _average(act: Callable[[], Any]) -> float:
    """Return the CPU seconds of a job."""
    begin, count = time.process_time(), 0
    while True:
        act()
        count += 1
        spent = time.process_time() - begin
        if spent >= LEAST_S:
            return spent / count


def say(text: str) -> None:
    """Print a line for people; standard output is for the document."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
