"""Releases as tables of PxWeb: what a query selects, its data, and queries that are their own numbers."""
