"""Coverage of many municipalities from files alone, on one machine or a cluster."""
