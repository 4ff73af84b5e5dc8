"""Which edges a profile may use, and on which of them its trips may begin and end."""

from __future__ import annotations

import numpy as np

from geo.roads.arrays import Bools, EdgeArrays
from geo.roads.profiles import Profile

KINDS = ("motorroad", "tunnel", "bridge")


def usable_edges(edges: EdgeArrays, profile: Profile) -> Bools:
    """Return which edges a profile may use.

    Parameters
    ----------
    edges : EdgeArrays
        Roads.
    profile : Profile
        How one travels.

    Returns
    -------
    (m,) array of bool
        Those of its classes; on foot without those that are closed to people on foot.
    """
    usable: Bools = profile.allows(edges.highways)[edges.highway]
    return usable & ~edges.no_foot if profile.is_on_foot else usable


def access_edges(edges: EdgeArrays, profile: Profile) -> Bools:
    """Return on which edges trips may begin and end.

    Parameters
    ----------
    edges : EdgeArrays
        Roads.
    profile : Profile
        How one travels.

    Returns
    -------
    (m,) array of bool
        Those that the profile may use and does not only pass through (``Profile.through_only``).
    """
    only: Bools = np.array([name in profile.through_only for name in edges.highways], dtype=bool)[edges.highway]
    for kind in KINDS:
        if kind in profile.through_only:
            only |= getattr(edges, kind)
    return usable_edges(edges, profile) & ~only
