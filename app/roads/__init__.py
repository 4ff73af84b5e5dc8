"""Stored road networks and closures, kept warm for the science."""
