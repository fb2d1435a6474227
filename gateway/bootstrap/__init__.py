"""Assembles hub and node from a directory: configuration, keys, database, log, ports."""
