"""Where posts go: maximal covering, p-median, p-centre and set covering, each with a proof."""

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
