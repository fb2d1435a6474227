"""Sums under pairwise masks: who adds up learns the sum of a cell, and nothing of its parts."""
