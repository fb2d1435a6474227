"""Lint for policies: probable mistakes, and test questions with expected decisions."""
