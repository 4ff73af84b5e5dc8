"""Random siting problems, and their answers by looking at every set of sites: the oracle of the siting tests."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from geo.location_allocation import Plan, SitingProblem

Sites = tuple[int, ...]
Value = tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """A problem, new posts and a cutoff."""

    seed: int
    problem: SitingProblem
    k: int
    cutoff_s: float


def random_case(seed: int) -> Case:
    """Return a case with up to 12 sites, fixed and forbidden ones, unreached points, equal times, and empty points."""
    draw = np.random.default_rng(seed)
    sites, points = int(draw.integers(2, 13)), int(draw.integers(1, 16))
    times = draw.integers(0, 30, (sites, points)) * 60.0
    times[draw.random((sites, points)) < draw.choice([0, 0.2, 0.5])] = np.inf
    if draw.random() < 0.5:
        times += draw.random((sites, points))
    if draw.random() < 0.5:
        times = times.astype(np.float32)
    demand = draw.integers(0, 6, points) * draw.choice([1.0, 0.1, 7.3])
    order = draw.permutation(sites).tolist()
    fixed = int(draw.integers(0, min(3, sites - 1) + 1))
    forbidden = int(draw.integers(0, max(1, (sites - fixed) // 3)))
    problem = SitingProblem(times, demand, fixed=order[:fixed], forbidden=order[fixed : fixed + forbidden])
    least = 0 if fixed else 1
    k = int(draw.integers(least, min(4, problem.free.size) + 1))
    # Some cutoffs equal a time exactly: they must include it.
    finite = times[np.isfinite(times) & (times > 0)]
    equal = finite.size and draw.random() < 0.5
    return Case(seed, problem, k, float(draw.choice(finite) if equal else draw.integers(1, 30) * 60))


def random_case_with_capacity(seed: int) -> Case:
    """Return a small case whose posts can serve only so many."""
    draw = np.random.default_rng(seed)
    sites = int(draw.integers(2, 13))
    points = int(draw.integers(1, 7 if sites < 7 else 4))
    times = draw.integers(1, 12, (sites, points)) * 60.0
    times[draw.random((sites, points)) < draw.choice([0, 0.2, 0.4])] = np.inf
    demand = draw.integers(0, 6, points).astype(float)
    order = draw.permutation(sites).tolist()
    fixed = int(draw.integers(0, min(2, sites - 1) + 1))
    forbidden = int(draw.integers(0, max(1, (sites - fixed) // 3)))
    capacity = draw.integers(2, 12, sites) if draw.random() < 0.7 else float(draw.integers(3, 15))
    problem = SitingProblem(
        times, demand, fixed=order[:fixed], forbidden=order[fixed : fixed + forbidden], capacity=capacity
    )
    most = 3 if sites < 7 else 2
    k = int(draw.integers(0 if fixed else 1, min(most, problem.free.size) + 1))
    return Case(seed, problem, k, float(draw.integers(1, 13) * 60))


def nearest_s(problem: SitingProblem, sites: Sites) -> NDArray[np.float64]:
    """Return the seconds to each point from the nearest post."""
    posts = [*problem.fixed_sites.tolist(), *sites]
    nearest: NDArray[np.float64] = problem.times[posts].astype(float).min(axis=0, initial=np.inf)
    return nearest


def cover_value(case: Case) -> Callable[[Sites], Value]:
    """Return what maximal covering compares: people within the cutoff, most first."""
    weights = case.problem.weights
    return lambda sites: (-math.fsum(weights[nearest_s(case.problem, sites) <= case.cutoff_s]),)


def backup_value(case: Case) -> Callable[[Sites], Value]:
    """Return what maximal covering with backup compares: people within the cutoff of two posts."""
    fixed = case.problem.fixed_sites.tolist()

    def value(sites: Sites) -> Value:
        near = sum((case.problem.times[post] <= case.cutoff_s).astype(int) for post in (*fixed, *sites))
        return (-math.fsum(case.problem.weights[near >= 2]),)

    return value


def mean_value(case: Case) -> Callable[[Sites], Value]:
    """Return what p-median compares: people reached, then person-seconds."""
    weights = case.problem.weights

    def value(sites: Sites) -> Value:
        seconds = nearest_s(case.problem, sites)
        there = np.isfinite(seconds)
        return -math.fsum(weights[there]), math.fsum(weights[there] * seconds[there])

    return value


def worst_value(case: Case) -> Callable[[Sites], Value]:
    """Return what p-centre compares: seconds of the worst-off whom some site reaches, then person-seconds."""
    problem = case.problem
    wanted = problem.reachable & (problem.weights > 0)
    person_seconds = mean_value(case)

    def value(sites: Sites) -> Value:
        return float(nearest_s(problem, sites)[wanted].max(initial=0.0)), person_seconds(sites)[1]

    return value


def best_by_looking(case: Case, value: Callable[[Sites], Value]) -> tuple[Value, list[Sites]]:
    """Return the least value over all sets of k sites, and all sets that have it."""
    values = {sites: value(sites) for sites in itertools.combinations(case.problem.free.tolist(), case.k)}
    best = min(values.values())
    return best, [sites for sites, found in values.items() if same(found, best)]


def same(left: Value, right: Value) -> bool:
    """Return whether two values are equal up to rounding; infinite ones only exactly."""
    return all(
        a == b or (math.isfinite(a - b) and math.isclose(a, b, rel_tol=1e-9)) for a, b in zip(left, right, strict=True)
    )


def served_with_capacity(problem: SitingProblem, sites: Sites, cutoff_s: float) -> Value:
    """Return the most people that posts can serve and the least person-seconds, by looking at every assignment."""
    assert problem.limits is not None
    posts = [*problem.fixed_sites.tolist(), *sites]
    return min(_values_of_assignments(problem, posts, cutoff_s), default=(0.0, 0.0))


def _values_of_assignments(problem: SitingProblem, posts: list[int], cutoff_s: float) -> Iterator[Value]:
    assert problem.limits is not None
    weights = problem.weights.tolist()
    wanted = [point for point, people in enumerate(weights) if people > 0]
    near = {point: [post for post in posts if problem.times[post, point] <= min(cutoff_s, 1e9)] for point in wanted}
    for chosen in itertools.product(*([-1, *near[point]] for point in wanted)):
        load = dict.fromkeys(posts, 0.0)
        seconds = 0.0
        for point, post in zip(wanted, chosen, strict=True):
            if post >= 0:
                load[post] += weights[point]
                seconds += weights[point] * float(problem.times[post, point])
        if all(people <= problem.limits[post] for post, people in load.items()):
            yield -sum(load.values()), seconds


def random_roads(nodes: int, seed: int) -> NDArray[np.float64]:
    """Return the lengths of the shortest ways in a network like those of OR-Library's p-median problems.

    It is connected, has nodes² / 50 edges of lengths from 1 to 100, and every node is a site and a demand point.
    """
    draw = np.random.default_rng(seed)
    lengths = np.zeros((nodes, nodes))
    order = draw.permutation(nodes)
    for start, end in itertools.pairwise(order.tolist()):
        lengths[start, end] = lengths[end, start] = draw.integers(1, 101)
    left = nodes * nodes // 50 - (nodes - 1)
    while left > 0:
        start, end = draw.integers(0, nodes, 2)
        if start != end and not lengths[start, end]:
            lengths[start, end] = lengths[end, start] = draw.integers(1, 101)
            left -= 1
    ways: NDArray[np.float64] = shortest_path(lengths, directed=False)
    return ways


def all_plans(plan: Plan) -> list[Sites]:
    """Return the plan and its ties in ascending order."""
    return sorted([plan.sites, *plan.ties])
