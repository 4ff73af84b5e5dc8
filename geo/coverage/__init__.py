"""Who is reached, who loses cover when a consultant is away, and which roads must not fail."""

from geo.coverage.backup import NearestTwo, nearest_two, sole_origin
from geo.coverage.critical_links import CriticalLinks, critical_links
from geo.coverage.critical_segments import Segment, critical_segments, different_roads
from geo.coverage.people_reached import Coverage, coverage, coverage_by_group, unreachable_reason

__all__ = [
    "Coverage",
    "CriticalLinks",
    "NearestTwo",
    "Segment",
    "coverage",
    "coverage_by_group",
    "critical_links",
    "critical_segments",
    "different_roads",
    "nearest_two",
    "sole_origin",
    "unreachable_reason",
]
