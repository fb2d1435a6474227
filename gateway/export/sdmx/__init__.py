"""Observations and their structures in the formats of SDMX 3.0."""
