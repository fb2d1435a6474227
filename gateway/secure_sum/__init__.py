"""Totals that the region comes to know while nobody sees their parts: at the nodes, and at the hub."""
