"""Redaction of free text: identifying passages of a narrative are removed, and all other text stays."""
