"""How long the siting models take to proof, beside plain HiGHS on a reduced model and PySAL spopt where installed.

Run it by itself: `python tests/bench/bench_siting.py [--pmed FILE …] [--seconds 60]`. The cities are made from a fixed
seed: people gathered in valleys 40 km across, candidate sites in the villages, eleven posts that exist. Times are wall
seconds, the median of several runs in one process after a first run that loads the compiled code. FILE is an instance
of OR-Library's p-median problems (pmed1.txt, optimum 5819; pmed38.txt, optimum 11060), no part of the product.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from geo.location_allocation import Plan, SitingProblem, ladder, maximal_covering, p_centre, p_median, set_covering
from geo.location_allocation.instance import Instance
from geo.location_allocation.linear_model import LinearModel
from geo.location_allocation.maximal_covering import covering_instance
from geo.location_allocation.p_median import median_instance

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "geo"))

from siting_cases import random_roads
from siting_rivals import cpu_seconds, fewest, most_covered, shortest_worst

CUTOFF_S = 900.0
RUNS = 5
RUNS_LARGE = 3


@dataclass(frozen=True)
class Row:
    """One measurement."""

    size: str
    model: str
    k: int
    way: str
    seconds: float
    status: str
    value: float


@dataclass(frozen=True)
class Goal:
    """What is asked for, and what was measured."""

    text: str
    measured: float
    limit: float
    met: bool


def city(sites: int, cells: int, seed: int = 1) -> SitingProblem:
    """Return a city of 65 villages in valleys; its first eleven sites have a post."""
    draw = np.random.default_rng(seed)
    villages = draw.uniform([0, 0], [38, 34], (65, 2))
    size = draw.lognormal(5.6, 0.8, 65)
    homes = villages[draw.choice(65, cells, p=size / size.sum())] + draw.normal(0, 1.2, (cells, 2))
    people = np.maximum(1, draw.poisson(draw.lognormal(1.8, 1.0, cells)))
    places = np.vstack([villages[draw.permutation(65)], homes[draw.choice(cells, sites - 65, replace=False)]])
    times = np.empty((sites, cells), dtype=np.float32)
    for number, place in enumerate(places):  # row by row: the tables in between would be larger than the answer
        times[number] = 60 + np.linalg.norm(homes - place, axis=1) * 1.35 * draw.uniform(0.9, 1.2, cells) / 38 * 3600
    return SitingProblem(times, people, fixed=range(11))


def measured(act: Callable[[], Plan], runs: int = RUNS) -> tuple[float, Plan]:
    """Return the median seconds of several runs, and the last answer."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        plan = act()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), plan


def own(problem: SitingProblem, size: str, runs: int) -> list[Row]:
    """Measure the product's own models."""
    models: dict[str, Callable[[int], Plan]] = {
        "cover": lambda k: maximal_covering(problem, k, CUTOFF_S),
        "mean": lambda k: p_median(problem, k),
        "worst": lambda k: p_centre(problem, k),
    }
    rows = []
    for name, model in models.items():
        for k in range(1, 6):
            seconds, plan = measured(lambda model=model, k=k: model(k), runs)  # type: ignore[misc]
            rows.append(Row(size, name, k, "own", seconds, plan.status, plan.value))
    return rows


# --- plain HiGHS on the reduced model -----------------------------------------------------------------------------


def plain(instance: Instance, k: int, seconds: float) -> tuple[float, float]:
    """Solve the reduced model by HiGHS alone; return the cost, nan where it was not proven, and the wall seconds."""
    begin = time.perf_counter()
    sites, points = instance.table.shape
    pairs = instance.site.size
    point = np.repeat(np.arange(points), np.diff(instance.pointer))
    saved = instance.weight[point] * (instance.base[point] - instance.time)
    model = LinearModel(np.concatenate([np.zeros(sites), -saved]), np.arange(sites + pairs) < sites)
    pair = sites + np.arange(pairs)
    model.add_rows(point, pair, 1.0, (np.full(points, -np.inf), 1.0))
    row, factor = np.tile(np.arange(pairs), 2), np.repeat([1.0, -1.0], pairs)
    model.add_rows(row, np.concatenate([pair, instance.site]), factor, (np.full(pairs, -np.inf), 0.0))
    model.add_rows(np.zeros(sites, dtype=int), np.arange(sites), 1.0, (k, k))
    answer = model.solve(time_limit_s=seconds)
    spent = time.perf_counter() - begin
    if answer.values is None or not answer.proven:
        return math.nan, spent
    return instance.constant + float(instance.weight @ instance.base) + float(model.cost @ answer.values), spent


def plain_cover(instance: Instance, k: int, seconds: float) -> tuple[float, float]:
    """Solve maximal covering by HiGHS alone: a variable for each site and each group of cells, no pairs."""
    begin = time.perf_counter()
    sites, points = instance.table.shape
    missed = sites + np.arange(points)
    model = LinearModel(np.concatenate([np.zeros(sites), instance.weight]), np.arange(sites + points) < sites)
    point = np.repeat(np.arange(points), np.diff(instance.pointer))
    row, variable = np.concatenate([point, np.arange(points)]), np.concatenate([instance.site, missed])
    model.add_rows(row, variable, 1.0, (np.ones(points), np.inf))
    model.add_rows(np.zeros(sites, dtype=int), np.arange(sites), 1.0, (k, k))
    answer = model.solve(time_limit_s=seconds)
    spent = time.perf_counter() - begin
    if answer.values is None or not answer.proven:
        return math.nan, spent
    return instance.constant + float(model.cost @ answer.values), spent


def highs(problem: SitingProblem, size: str, seconds: float) -> list[Row]:
    """Measure plain HiGHS where it has a chance."""
    total = float(problem.weights.sum())
    rows = []
    for k in (1, 3, 5):
        begin = time.perf_counter()
        instance = covering_instance(problem, CUTOFF_S)
        reduced = time.perf_counter() - begin
        cost, spent = plain_cover(instance, k, seconds)
        rows.append(Row(size, "cover", k, "HiGHS, reduced", reduced + spent, _status(cost), total - cost))
    cost, spent = plain(median_instance(problem)[0], 3, seconds)
    rows.append(Row(size, "mean", 3, "HiGHS, reduced", spent, _status(cost), cost))
    return rows


def _status(cost: float) -> str:
    return "no proof" if math.isnan(cost) else "optimal"


def spopt(problem: SitingProblem, size: str, seconds: float) -> list[Row]:
    """Measure PySAL spopt with HiGHS; without it, say so."""
    try:
        import pulp  # noqa: PLC0415 - installed in the group `bench` only, if at all
        from spopt.locate import MCLP  # noqa: PLC0415
    except ImportError as error:
        _say(f"spopt is not measured: {error}")
        return []
    rows = []
    for k in (1, 3, 5):
        begin = time.perf_counter()
        model = MCLP.from_cost_matrix(
            problem.times.T.astype(float),
            problem.weights[:, None],
            service_radius=CUTOFF_S,
            p_facilities=problem.fixed_sites.size + k,
            predefined_facilities_arr=np.isin(np.arange(problem.times.shape[0]), problem.fixed_sites),
        )
        solved: Any = model.solve(pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=0))
        spent = time.perf_counter() - begin
        proven = solved.problem.sol_status == pulp.constants.LpSolutionOptimal
        value = float(pulp.value(solved.problem.objective))
        rows.append(Row(size, "cover", k, "spopt, HiGHS", spent, "optimal" if proven else "no proof", value))
    return rows


# --- many posts: the textbook models, in the same run --------------------------------------------------------------


def many_posts(seconds: float) -> list[Goal]:
    """Compare with plain HiGHS on networks like those of OR-Library, by CPU seconds of one run."""
    found = []
    for nodes, k, cutoff in ((100, 19, 70), (200, 10, 68), (200, 20, 55), (400, 18, 36), (400, 128, 13), (600, 58, 18)):
        ways = random_roads(nodes, 1)
        problem = SitingProblem(ways, np.ones(nodes))
        answers = {
            f"set covering n {nodes}, {k} posts": (
                lambda ways=ways, cutoff=cutoff: fewest(ways <= cutoff, seconds),
                lambda problem=problem, cutoff=cutoff: set_covering(problem, cutoff),
            ),
            f"maximal covering n {nodes}, {k} posts": (
                lambda ways=ways, cutoff=cutoff, k=k: most_covered(ways <= cutoff * 0.6, k, seconds),
                lambda problem=problem, cutoff=cutoff, k=k: maximal_covering(problem, k, cutoff * 0.6),
            ),
            f"p-centre n {nodes}, {k} posts": (
                lambda ways=ways, k=k: shortest_worst(ways, k, seconds),
                lambda problem=problem, k=k: p_centre(problem, k),
            ),
        }
        for text, (rival, ours) in answers.items():
            ours()  # loads the compiled code
            (value, theirs_s), (plan, own_s) = cpu_seconds(rival), cpu_seconds(ours)
            right = plan.status == "optimal" and (math.isnan(value) or math.isclose(plan.value, value))
            _say(f"{text}: HiGHS {theirs_s:.3f} s, own {own_s:.3f} s, {len(plan.ties)} ties")
            found.append(
                Goal(
                    text + ": times the CPU seconds of HiGHS", own_s / theirs_s, 1.2, right and own_s <= 1.2 * theirs_s
                )
            )
    return found


# --- OR-Library ---------------------------------------------------------------------------------------------------


def pmed(file: Path) -> tuple[SitingProblem, int]:
    """Return an instance of OR-Library: nodes, edges, p, then edges; of an edge named twice the last counts."""
    numbers = [int(word) for word in file.read_text().split()]
    nodes, _, p = numbers[:3]
    lengths: NDArray[np.float64] = np.full((nodes, nodes), np.inf)
    for u, v, length in zip(numbers[3::3], numbers[4::3], numbers[5::3], strict=True):
        lengths[u - 1, v - 1] = lengths[v - 1, u - 1] = length
    np.fill_diagonal(lengths, 0)
    return SitingProblem(shortest_path(lengths, directed=False), np.ones(nodes)), p


# --- the report ---------------------------------------------------------------------------------------------------


def peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes, where Linux tells it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def goals(rows: list[Row], peak: float, ladder_s: float) -> list[Goal]:
    """Compare with what is asked for."""
    seconds = {(row.size, row.model, row.k, row.way): row.seconds for row in rows}
    found = []

    def at_least(text: str, slow: tuple[str, str, int, str], factor: float) -> None:
        if slow in seconds:
            ratio = seconds[slow] / seconds[*slow[:3], "own"]
            found.append(Goal(text, ratio, factor, ratio >= factor))

    def at_most(text: str, value: float, limit: float) -> None:
        found.append(Goal(text, value, limit, value <= limit))

    for k in (1, 3, 5):
        at_least(f"cover k = {k}: times faster than spopt", ("161 × 3,000", "cover", k, "spopt, HiGHS"), 10)
        at_least(f"cover k = {k}: times faster than plain HiGHS", ("161 × 3,000", "cover", k, "HiGHS, reduced"), 1)
    at_least("mean k = 3: times faster than plain HiGHS", ("161 × 3,000", "mean", 3, "HiGHS, reduced"), 100)
    for k in range(1, 6):
        at_most(f"worst-off k = {k}, seconds", seconds["161 × 3,000", "worst", k, "own"], 0.2)
        at_most(f"large, cover k = {k}, seconds", seconds["1,011 × 10,000", "cover", k, "own"], 5)
        at_most(f"large, mean k = {k}, seconds", seconds["1,011 × 10,000", "mean", k, "own"], 5)
    at_most("large, worst-off k = 3, seconds", seconds["1,011 × 10,000", "worst", 3, "own"], 12)
    at_most("ladder of two rungs on 161 × 3,000, seconds", ladder_s, 1)
    at_most("memory at 1,011 × 10,000, MB", peak, 600)
    proven = sum(row.status == "optimal" for row in rows if row.way == "own")
    every = sum(row.way == "own" for row in rows)
    found.append(Goal("own answers that are proven", proven, every, proven == every))
    return found


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    """Measure, print a table on stderr and one JSON document on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of the other solvers")
    parser.add_argument("--pmed", type=Path, nargs="*", default=[], help="instances of OR-Library")
    options = parser.parse_args()
    large = city(1011, 10_000)
    rows = own(large, "1,011 × 10,000", RUNS_LARGE)
    peak = peak_mb()  # before other solvers come
    small = city(161, 3000)
    rows += own(small, "161 × 3,000", RUNS)
    begin = time.perf_counter()
    ladder(small, 2, "cover", cutoff_s=CUTOFF_S)
    ladder_s = time.perf_counter() - begin
    for file in options.pmed:
        problem, p = pmed(file)
        seconds, plan = measured(lambda problem=problem, p=p: p_median(problem, p), 1)  # type: ignore[misc]
        rows.append(Row(file.stem, "mean", p, "own", seconds, plan.status, plan.value))
    rows += highs(small, "161 × 3,000", options.seconds)
    rows += spopt(small, "161 × 3,000", options.seconds)
    for row in rows:
        what = f"{row.size:>15}  {row.model:6} k={row.k}  {row.way:15}"
        _say(f"{what} {row.seconds:9.4f} s  {row.status:8} {row.value:,.1f}")
    found = goals(rows, peak, ladder_s) + many_posts(options.seconds)
    for goal in found:
        _say(f"{'met   ' if goal.met else 'MISSED'}  {goal.text}: {goal.measured:,.4g} (goal {goal.limit:g})")
    document = {"bench": "siting", "rows": [asdict(row) for row in rows], "goals": [asdict(goal) for goal in found]}
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
