"""Accounts of people and programs, on either side."""
