"""Folium maps that need nothing from outside their own file."""
