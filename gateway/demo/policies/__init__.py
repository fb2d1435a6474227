"""Invented policies of the demo members, one document each."""
