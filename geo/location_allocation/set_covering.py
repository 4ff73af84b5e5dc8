"""Set covering: the fewest posts with which everyone is within a travel time.

References
----------
Toregas, Swain, ReVelle, Bergman (1971), https://doi.org/10.1287/opre.19.6.1363.
"""

from __future__ import annotations

import time

import numpy as np

from geo.location_allocation.capacitated import fewest_posts
from geo.location_allocation.covers import fewest_sites
from geo.location_allocation.least_mean import least_mean_within
from geo.location_allocation.p_median import longest_seconds
from geo.location_allocation.plan import Plan, make_plan, no_plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.second_cover import fewest_covering_twice


def set_covering(
    problem: SitingProblem,
    cutoff_s: float,
    *,
    backup: bool = False,
    max_ties: int = 100,
    time_limit_s: float = 10.0,
) -> Plan:
    """Return the fewest new posts with which everyone whom some site reaches is within the cutoff.

    Among the plans with fewest posts the one with the least mean time is chosen; its ties are those of the same mean
    time.

    The value comes first, with its proof; the least mean and the ties come after, by bounded work. Where that is not
    enough the plan is the one of the least mean found, and `ties_complete` is False. With more than ten posts and
    `max_ties` 1 nothing is looked for: exchanges of one post lower the mean.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand; points without demand do not count.
    cutoff_s : float
        Seconds, inclusive.
    backup : bool
        Ask for two posts within the cutoff of everyone, so that any one may be absent.
    max_ties : int
        Plans to list, the chosen one included; the one with the lowest indices is chosen.
    time_limit_s : float
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    Plan
        Its value is the number of new posts. Infeasible when someone is reached by a site, but by none within the
        cutoff.

    Raises
    ------
    ValueError
        A cutoff of 0, or backup together with a capacity.
    OutOfTimeError
        With a capacity: neither a plan nor that there is none was found.

    Examples
    --------
    >>> problem = SitingProblem([[0, 900, 1800], [900, 0, 900], [1800, 900, 0]], [10, 20, 30])
    >>> set_covering(problem, cutoff_s=900).sites
    (1,)
    """
    cutoff_s = problem.cutoff(cutoff_s)
    ends = time.monotonic() + time_limit_s
    problem.check_backup(backup)
    if backup:
        return fewest_covering_twice(problem, cutoff_s, max_ties, ends)
    if problem.limits is not None:
        return fewest_posts(problem, cutoff_s, max_ties, ends)
    open_points = (problem.weights > 0) & problem.reachable & (problem.fixed_time_s > cutoff_s)
    reached = problem.times[np.ix_(problem.free, np.flatnonzero(open_points))] <= cutoff_s
    found = fewest_sites(reached, ends)
    if found is None:
        return no_plan(problem)
    proven = found.bound == len(found.sites)
    seconds = min(cutoff_s, longest_seconds(problem))
    plans, complete, nodes = least_mean_within(problem, found.sites, seconds, max_ties, ends)
    return make_plan(
        problem,
        plans,
        float(len(found.sites)),
        float(found.bound),
        proven=proven,
        ties_complete=complete and proven,
        nodes=nodes,
        assignment=problem.nearest_post(plans[0], cutoff_s),
    )
