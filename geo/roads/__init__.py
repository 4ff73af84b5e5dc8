"""Road networks: reading them, closing them, putting places on them, and how fast each kind of traveller is."""

from geo.roads.network import RoadNetwork
from geo.roads.profiles import CAR, CAR_WINTER, PROFILES, WALK, Profile
from geo.roads.snapping import Snapped, snap

__all__ = ["CAR", "CAR_WINTER", "PROFILES", "WALK", "Profile", "RoadNetwork", "Snapped", "snap"]
