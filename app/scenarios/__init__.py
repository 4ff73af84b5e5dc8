"""Scenarios: questions about the next consultants under a name, kept with all inputs, repeated and compared."""
