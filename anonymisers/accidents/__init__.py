"""Accidents counted beside casualties: tables, search and singletons."""
