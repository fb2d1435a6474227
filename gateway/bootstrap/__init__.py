"""Puts hub and node together from a directory: configuration, keys, database, log, ports."""
