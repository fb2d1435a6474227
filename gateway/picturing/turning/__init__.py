"""A released table arranged by its reader: turned, sorted, as shares. Nothing is asked anew. Pure."""

from gateway.picturing.turning.arrangement import BY_NAME, ONLY_COLUMN, Arrangement, Show, arrangement
from gateway.picturing.turning.turned_table import column_names, turned

__all__ = ["BY_NAME", "ONLY_COLUMN", "Arrangement", "Show", "arrangement", "column_names", "turned"]
