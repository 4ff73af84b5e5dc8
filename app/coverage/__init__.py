"""Who reaches whom in how many minutes."""
