"""Mappings of the demo members' registers, one document each."""
