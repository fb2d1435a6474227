"""The entries of the logs: one type per event, with its fields."""
