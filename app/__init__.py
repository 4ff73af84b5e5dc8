"""The service: who may see and do what, kept in PostGIS, shown on a map."""
