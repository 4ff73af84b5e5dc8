"""Where posts go: maximal covering, p-median, p-centre and set covering, each with a proof.

**Which engine runs when.**
The engine is chosen by the size of the question, never by the clock, so that the same question has the same answer on
every machine. Work is counted in nodes and entries; seconds only end a search that the caller no longer waits for.

===================== ======================================== =====================================================
question              value and proof                          ties, and the least mean among equals
===================== ======================================== =====================================================
few plans in all      every plan is tried (`best_sites`)       all, by the same look
maximal covering      Lagrangian bound, sites ruled out, then  the same search; with HiGHS's proof 2,000 more nodes
                      branch and bound (`branch_and_bound`);
                      HiGHS's root after 300 nodes
                      (`reduced_model`)
the same, more than   HiGHS alone, demand points with the      the plans one exchange away (`greedy`)
10 posts              same sites merged (`reduced_model`)
p-median              Lagrangian bound, sites ruled out, then  the same search
                      branch and bound (`branch_and_bound`)
the same, more than   the bound makes the model small, HiGHS   branch and bound within `TIE_WORK`
10 posts              solves it within 200 nodes
                      (`radius_model`)
set covering          sites and points that others make        every plan that reaches all where these are few
                      needless go (`dominance`); what is left  (`reaching_plans`). Up to 10 posts: else branch and
                      is tried (`reaching_plans`) or given to  bound of at most 5,000 nodes. More: else exchanges
                      HiGHS (`covers`)                         of one post (`least_mean`)
p-centre              few demand points at a time, each time   as for set covering
                      as for set covering (`worst_off`)
with a capacity,      HiGHS alone (`capacity`,                 by forbidding each plan found
second cover          `second_cover`)
===================== ======================================== =====================================================

Ten posts are the border because a tree is as deep as there are posts: with few of them the bound closes it in a few
hundred nodes, far sooner than HiGHS reads its model; with many, HiGHS's linear relaxation is nearly always whole. There
the ties cost less than the value: the plans that reach all are listed within a million steps, and exchanges are looked
for once around the plan. When not all ties are known, `ties_complete` is False.
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
