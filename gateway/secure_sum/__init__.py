"""Secure sums: regional totals whose parts nobody sees; both sides, at the nodes and at the hub."""
