"""Who bears the burden: load of each post, spread of the travel times over people, the worst-off district."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.location_allocation.checked_input import Floats, Indices
from geo.location_allocation.linear_model import LinearModel
from geo.location_allocation.problem import SitingProblem


@dataclass(frozen=True, eq=False)
class Fairness:
    """How evenly posts and people bear the burden. Times are over the people who are served.

    Attributes
    ----------
    load : dict of int to float
        Demand assigned to each post, fixed and new, in ascending order.
    served, unserved : float
        Demand that some post serves, and that none does.
    mean_s : float
        Mean seconds; nan where nobody is served.
    p95_s : float
        Shortest time within which 95 % of the people are; nan where nobody is served.
    gini : float
        Gini coefficient of the seconds over people, from 0 (all the same) to below 1; nan where nobody is served.
    group_mean_s : dict of label to float
        Mean seconds of each group; nan where nobody of it is served.
    worst_group : label or None
        The group whose mean is the longest, the first of equals; one with people of whom none is served comes before
        all. None without groups.
    """

    load: dict[int, float]
    served: float
    unserved: float
    mean_s: float
    p95_s: float
    gini: float
    group_mean_s: dict[Hashable, float]
    worst_group: Hashable | None


def fairness(problem: SitingProblem, assignment: Indices, groups: Sequence[Hashable] | None = None) -> Fairness:
    """Return how evenly an assignment treats posts and people.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    assignment : ndarray of int, shape (m,)
        Site that serves each demand point, -1 for none, as in a plan.
    groups : sequence of label, shape (m,), optional
        The district of each demand point.

    Returns
    -------
    Fairness
        Sums and means over the demand.

    Raises
    ------
    ValueError
        The groups are not one for each demand point.

    Examples
    --------
    >>> problem = SitingProblem([[0, 600, 1200]], [1, 2, 1], fixed=[0])
    >>> found = fairness(problem, np.array([0, 0, 0]), ["north", "north", "south"])
    >>> found.load, found.mean_s, found.p95_s, found.gini, found.worst_group
    ({0: 4.0}, 600.0, 1200.0, 0.375, 'south')
    """
    weights = problem.weights
    if groups is not None and len(groups) != weights.size:
        raise ValueError(f"there are {weights.size} demand points, but {len(groups)} have a group")
    served = np.flatnonzero((assignment >= 0) & (weights > 0))
    seconds = np.full(weights.size, np.nan)
    seconds[served] = problem.times[assignment[served], served]
    posts = np.union1d(problem.fixed_sites, np.unique(assignment[assignment >= 0])).tolist()
    people = math.fsum(weights[served])
    by_group = {} if groups is None else _group_means(groups, seconds, weights)
    return Fairness(
        load={post: math.fsum(weights[assignment == post]) for post in posts},
        served=people,
        unserved=math.fsum(weights) - people,
        mean_s=_mean(seconds[served], weights[served]),
        p95_s=_p95(seconds[served], weights[served]),
        gini=gini(seconds[served], weights[served]),
        group_mean_s=by_group,
        worst_group=_worst(by_group, groups, weights),
    )


def gini(values: ArrayLike, weights: ArrayLike) -> float:
    """Return the Gini coefficient of values over weights.

    Parameters
    ----------
    values : array_like, shape (n,)
        Not below 0.
    weights : array_like, shape (n,)
        People of each value.

    Returns
    -------
    float
        0 when all values are the same; nan without people.

    References
    ----------
    Gini (1912); as half the relative mean absolute difference.

    Examples
    --------
    >>> gini([0, 10], [1, 1])
    0.5
    """
    value, weight = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    people = math.fsum(weight)
    if not people > 0:
        return math.nan
    total = math.fsum(value * weight)
    if total == 0:
        return 0.0
    order = np.argsort(value, kind="stable")
    value, weight = value[order], weight[order]
    rank = np.cumsum(weight) - weight / 2  # people below, half of the equals counted
    return float(max(0.0, 2 * math.fsum(rank * value * weight) / (people * total) - 1))


def balanced_assignment(
    problem: SitingProblem, posts: Sequence[int], groups: Sequence[Hashable], *, time_limit_s: float = 10.0
) -> dict[Hashable, int]:
    """Return one post for each group so that the busiest post has the least load; then, least person-seconds.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand.
    posts : sequence of int
        Sites with a post.
    groups : sequence of label, shape (m,)
        The district of each demand point.
    time_limit_s : float
        Seconds for each of the two questions.

    Returns
    -------
    dict of label to int
        Site that serves all of the group. A post may serve several groups; one that does not reach all the people of
        a group whom any post reaches does not serve it.

    Raises
    ------
    ValueError
        A group whose people no single post reaches, or no answer within the time.

    Examples
    --------
    >>> problem = SitingProblem([[0, 0, 60], [60, 120, 30]], [5, 5, 1])
    >>> balanced_assignment(problem, [0, 1], ["a", "b", "c"])
    {'a': 1, 'b': 0, 'c': 1}
    """
    labels = list(dict.fromkeys(groups))
    group = np.array([labels.index(label) for label in groups], dtype=np.intp)
    seconds = _seconds_of_groups(problem, posts, group, len(labels))
    pair_post, pair_group = np.nonzero(np.isfinite(seconds))
    for number, label in enumerate(labels):
        if number not in pair_group:
            raise ValueError(f"no single post reaches all the people of {label!r}")
    people = np.bincount(group, problem.weights, minlength=len(labels))
    total = max(1.0, math.fsum(people))
    pairs = pair_post.size
    model = LinearModel(np.append(np.zeros(pairs), 1.0), np.arange(pairs + 1) < pairs)
    model.add_rows(pair_group, np.arange(pairs), 1.0, (np.ones(len(labels)), 1.0))
    row = np.concatenate([pair_post, np.arange(len(posts))])
    variable = np.concatenate([np.arange(pairs), np.full(len(posts), pairs)])
    share = np.concatenate([people[pair_group] / total, np.full(len(posts), -1.0)])
    model.add_rows(row, variable, share, (np.full(len(posts), -np.inf), 0.0))
    chosen = _solved(model, time_limit_s)[:pairs] > 0.5
    load = np.bincount(pair_post[chosen], people[pair_group[chosen]]).max(initial=0.0)
    cheapest = model.extended(np.append(seconds[pair_post, pair_group], 0.0))
    cheapest.add_rows([0], [pairs], 1.0, (0.0, load / total * (1 + 1e-9)))
    chosen = _solved(cheapest, time_limit_s)[:pairs] > 0.5
    return {
        labels[number]: int(posts[post])
        for number, post in sorted(zip(pair_group[chosen].tolist(), pair_post[chosen].tolist(), strict=True))
    }


def _solved(model: LinearModel, time_limit_s: float) -> Floats:
    """Return the values of the variables, or raise."""
    values = model.solve(time_limit_s=time_limit_s).values
    if values is None:
        raise ValueError(f"no assignment was found within {time_limit_s:g} seconds")
    return values


def _seconds_of_groups(problem: SitingProblem, posts: Sequence[int], group: Indices, groups: int) -> Floats:
    """Return the person-seconds of each group to each post; inf where the post misses people whom another reaches."""
    times = problem.times[list(posts)].astype(np.float64)
    counts = (problem.weights > 0) & np.isfinite(times).any(axis=0)
    weighted = np.where(counts, times, 0.0) * problem.weights
    return np.array([np.bincount(group, row, minlength=groups) for row in weighted])


def _mean(seconds: Floats, weights: Floats) -> float:
    people = math.fsum(weights)
    return math.fsum(seconds * weights) / people if people > 0 else math.nan


def _p95(seconds: Floats, weights: Floats) -> float:
    if not seconds.size:
        return math.nan
    return float(np.quantile(seconds, 0.95, weights=weights, method="inverted_cdf"))


def _group_means(groups: Sequence[Hashable], seconds: Floats, weights: Floats) -> dict[Hashable, float]:
    members: dict[Hashable, list[int]] = {}
    for point, label in enumerate(groups):
        members.setdefault(label, []).append(point)
    means = {}
    for label, points in members.items():
        there = np.array(points)[~np.isnan(seconds[points])]
        means[label] = _mean(seconds[there], weights[there])
    return means


def _worst(
    means: dict[Hashable, float], groups: Sequence[Hashable] | None, weights: NDArray[np.float64]
) -> Hashable | None:
    """Return the label with the longest mean; people of whom nobody is served wait for ever."""
    if groups is None:
        return None
    lived_in = {label for label, weight in zip(groups, weights.tolist(), strict=True) if weight > 0}
    waits = {label: math.inf if math.isnan(mean) else mean for label, mean in means.items() if label in lived_in}
    return max(waits, key=lambda label: waits[label], default=None)
