"""Resilience: who loses cover when a consultant is away or a road is cut."""
