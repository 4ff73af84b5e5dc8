"""The private PostGIS: find, start, stop, back up, restore. Standard library and psycopg only."""

from app.postgis.archive import backup, restore
from app.postgis.cluster import ClusterStatus, PrivateCluster
from app.postgis.errors import ClusterError
from app.postgis.installation import Installation, find_postgis

__all__ = ["ClusterError", "ClusterStatus", "Installation", "PrivateCluster", "backup", "find_postgis", "restore"]
