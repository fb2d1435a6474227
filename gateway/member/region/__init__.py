"""A node in its region: log exchange, keys of the hub, sharing statements."""
