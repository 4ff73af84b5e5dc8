"""Siting: where the next consultants go, with proof."""
