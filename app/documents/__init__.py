"""What every room writes and reads alike: GeoJSON, whole files, dates, units, stored documents."""
