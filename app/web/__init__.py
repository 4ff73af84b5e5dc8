"""Pages and the map."""
