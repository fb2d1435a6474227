"""The entries of the logs: one type an event, with its fields."""
