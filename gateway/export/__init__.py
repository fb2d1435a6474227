"""Exports of a release for a person or a program. Every format keeps every cell's status."""

from gateway.export.export_formats import CONTENT_TYPES, FORMS, FormError, export, file_name
from gateway.export.flat_tables import to_csv, to_json
from gateway.export.notes import Receipt
from gateway.export.text import coverage_lines, legend, terms_lines, to_text
from gateway.picturing import NothingToDrawError

__all__ = [
    "CONTENT_TYPES",
    "FORMS",
    "FormError",
    "NothingToDrawError",
    "Receipt",
    "coverage_lines",
    "export",
    "file_name",
    "legend",
    "terms_lines",
    "to_csv",
    "to_json",
    "to_text",
]
