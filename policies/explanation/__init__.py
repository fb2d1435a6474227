"""A policy and a decision in words."""
