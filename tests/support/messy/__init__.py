"""Registers as offices keep them, each in a shape of its own, with invented people and the true counts."""
