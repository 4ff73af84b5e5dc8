"""All stored classes, imported once so that the metadata is whole."""

from app.consultants.models import Consultant
from app.coverage.models import CoverageCell, CoverageRun
from app.datasets.models import Dataset
from app.demand.models import DemandCell, SmallArea
from app.jobs.models import Job
from app.register.models import District, Organisation, Resource, Schedule, WatchAgreement
from app.resilience.models import ResilienceRun
from app.roads.models import Closure, RoadNetworkRow, SpeedEdit
from app.scenarios.models import Scenario

__all__ = [
    "Closure",
    "Consultant",
    "CoverageCell",
    "CoverageRun",
    "Dataset",
    "DemandCell",
    "District",
    "Job",
    "Organisation",
    "ResilienceRun",
    "Resource",
    "RoadNetworkRow",
    "Scenario",
    "Schedule",
    "SmallArea",
    "SpeedEdit",
    "WatchAgreement",
]
