"""Who goes out: the consultants and their base centres."""
