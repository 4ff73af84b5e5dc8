"""Where posts go: maximal covering, p-median, p-centre and set covering, each with a proof.

**Which engine runs when.**
The engine is chosen by the size of the question, never by the clock, so that the same question has the same answer on
every machine. Work is counted in nodes and entries; seconds only end a search that the caller no longer waits for.

===================== ======================================== =====================================================
question              value and proof                          ties, and the least mean among equals
===================== ======================================== =====================================================
few plans in all      every plan is tried (`best_sites`)       all, by the same look
maximal covering,     Lagrangian bound, sites ruled out, then  the same search; with HiGHS's proof 2,000 more nodes
p-median              branch and bound (`branch_and_bound`);
                      for covering HiGHS's root after 300
                      nodes (`reduced_model`)
more than 10 posts    the bound makes the model small, HiGHS   branch and bound within `TIE_WORK`
                      solves it (p-median: `radius_model`,
                      at most 200 nodes)
set covering          sites and points that others make        up to 10 posts: every plan that reaches all where
                      needless go, HiGHS solves the rest       these are few (`reaching_plans`), else branch and bound
                      (`covers`)                               of at most 5,000 nodes. More: the root of `radius_model`
p-centre              few demand points at a time; depth-first where it is small, then few nodes. With `max_ties` 1 and
                      search on bit masks, then HiGHS          more than 10 posts: exchanges of one post only
                      (`worst_off`, `covers`)
with a capacity,      HiGHS alone (`capacity`,                 by forbidding each plan found
second cover          `second_cover`)
===================== ======================================== =====================================================

Ten posts are the border because a tree is as deep as there are posts: with few of them the bound closes it in a few
hundred nodes, far sooner than HiGHS reads its model; with many, the bound leaves a model of a few thousand entries
whose linear relaxation is nearly always whole. When the work on ties ends early, `ties_complete` is False.
"""

from geo.location_allocation.fairness import Fairness, balanced_assignment, fairness
from geo.location_allocation.ladder import Rung, ladder
from geo.location_allocation.maximal_covering import maximal_covering
from geo.location_allocation.p_centre import p_centre
from geo.location_allocation.p_median import p_median
from geo.location_allocation.plan import Plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.set_covering import set_covering
from geo.location_allocation.why_not import Reason, why_not

__all__ = [
    "Fairness",
    "Plan",
    "Reason",
    "Rung",
    "SitingProblem",
    "balanced_assignment",
    "fairness",
    "ladder",
    "maximal_covering",
    "p_centre",
    "p_median",
    "set_covering",
    "why_not",
]
