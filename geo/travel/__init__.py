"""Travel on a road network: times, areas reached, routes and ways round."""

from geo.travel.isochrone import isochrones
from geo.travel.travel_time import nearest_origin, nearest_range, travel_time_matrix

__all__ = ["isochrones", "nearest_origin", "nearest_range", "travel_time_matrix"]
