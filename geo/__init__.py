"""The science: travel times, coverage, siting. Pure functions on arrays and geometries."""
