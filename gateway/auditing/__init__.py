"""Auditing: reading a log with its openings, on the side that keeps the log. Every reading is a log entry."""
