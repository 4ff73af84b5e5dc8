"""Where posts go: maximal covering, p-median, p-centre and set covering, each with a proof."""

from geo.location_allocation.maximal_covering import maximal_covering
from geo.location_allocation.p_centre import p_centre
from geo.location_allocation.p_median import p_median
from geo.location_allocation.plan import Plan
from geo.location_allocation.problem import SitingProblem
from geo.location_allocation.set_covering import set_covering

__all__ = ["Plan", "SitingProblem", "maximal_covering", "p_centre", "p_median", "set_covering"]
