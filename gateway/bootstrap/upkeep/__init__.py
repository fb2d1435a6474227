"""Checks, backups and the reading of logs."""
