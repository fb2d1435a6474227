"""A node in its region: log exchange, keys of the hub, statements of what is shared."""
