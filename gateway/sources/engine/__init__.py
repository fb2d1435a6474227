"""Registers read by an engine that works in columns: words are converted once, and not cell by cell."""
