"""Policies of the demo members, one document each; nobody's real position."""
