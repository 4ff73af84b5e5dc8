"""Where people live, in aggregate: small areas and mesh cells."""
