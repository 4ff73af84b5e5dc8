"""What can go wrong with a database server, in one sentence each."""


class ClusterError(Exception):
    """The private database cannot be found, started, saved or restored."""
