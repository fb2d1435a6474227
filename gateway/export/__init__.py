"""A release as a person or a program takes it away: text, CSV, JSON. Every cell's status travels along."""

from gateway.export.flat import to_csv, to_json
from gateway.export.text import coverage_lines, legend, to_text

__all__ = ["coverage_lines", "legend", "to_csv", "to_json", "to_text"]
