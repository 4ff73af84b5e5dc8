"""All stored classes, imported once so that the metadata is whole."""

from app.consultants.models import Consultant
from app.coverage.models import CoverageCell, CoverageRun, ResilienceRun
from app.datasets.models import Dataset
from app.demand.models import DemandCell, SmallArea
from app.resources.models import District, Organisation, Resource, Schedule, WatchAgreement
from app.roads.models import Closure, RoadNetworkRow, SpeedEdit

__all__ = [
    "Closure",
    "Consultant",
    "CoverageCell",
    "CoverageRun",
    "Dataset",
    "DemandCell",
    "District",
    "Organisation",
    "ResilienceRun",
    "Resource",
    "RoadNetworkRow",
    "Schedule",
    "SmallArea",
    "SpeedEdit",
    "WatchAgreement",
]
