"""Slow work outside the request: a queue in the database that survives a restart."""
