"""Magnitude tables, such as tables of costs: contributions to cells, and suppression."""
