"""The register: districts, centres, salons, gathering places, windows, watch partners, their hours."""
