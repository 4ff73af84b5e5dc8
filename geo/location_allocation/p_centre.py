"""p-centre: the posts from which the worst-off person has the shortest way.

References
----------
Hakimi (1964), https://doi.org/10.1287/opre.12.3.450; Chen, Chen (2009), https://doi.org/10.1016/j.cor.2008.03.009.
"""

from __future__ import annotations

import math
import time

import numpy as np

from geo.location_allocation.capacitated import least_worst
from geo.location_allocation.least_mean import least_mean_within
from geo.location_allocation.plan import Plan, make_plan, no_plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.worst_off import smallest_worst


def p_centre(problem: SitingProblem, k: int, *, max_ties: int = 100, time_limit_s: float = 60.0) -> Plan:
    """Return the k new posts with the shortest time to the worst-off person.

    Only people whom some fixed or free site reaches count. As a rule very many plans serve the worst-off person
    equally well: the plan is the one among them with the least mean time, and its ties are those of the same worst
    and the same mean time.

    The value comes first, with its proof; the least mean and the ties come after, by bounded work. Where that is not
    enough the plan is the one of the least mean found, and `ties_complete` is False. With more than ten posts and
    `max_ties` 1 nothing is looked for: exchanges of one post lower the mean.

    Parameters
    ----------
    problem : SitingProblem
        Sites and demand; points without demand do not count.
    k : int
        New posts besides the fixed.
    max_ties : int
        Plans to list, the chosen one included; the one with the lowest indices is chosen.
    time_limit_s : float
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    Plan
        Its value is the seconds of the worst-off. Infeasible when k posts cannot reach everyone whom some site reaches.

    Raises
    ------
    ValueError
        More posts than free sites.
    OutOfTimeError
        With a capacity: neither a plan nor that there is none was found.

    Examples
    --------
    >>> problem = SitingProblem([[0, 900, 1800], [900, 0, 900], [1800, 900, 0]], [10, 20, 30])
    >>> plan = p_centre(problem, k=1)
    >>> plan.sites, plan.value
    ((1,), 900.0)
    """
    problem.check_posts(k)
    ends = time.monotonic() + time_limit_s
    if problem.limits is not None:
        return least_worst(problem, k, max_ties, ends)
    points = np.flatnonzero((problem.weights > 0) & problem.reachable)
    times = problem.times[np.ix_(problem.free, points)]
    fixed = problem.fixed_time_s[points]
    worst = smallest_worst(times, fixed, k, ends)
    if math.isinf(worst.seconds):
        return no_plan(problem, worst.rounds)
    proven = worst.bound >= worst.seconds
    plans, complete, nodes = least_mean_within(problem, worst.plan, worst.seconds, max_ties, ends)
    return make_plan(
        problem,
        plans,
        worst.seconds,
        worst.bound,
        proven=proven,
        ties_complete=complete and proven,
        nodes=worst.rounds + nodes,
        assignment=problem.nearest_post(plans[0]),
    )
