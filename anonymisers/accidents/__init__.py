"""Accidents counted beside casualties: their tables, their search and their singletons."""
