"""A release as a person or a program takes it away. Every cell's status travels along, in every form."""

from gateway.export.flat import to_csv, to_json
from gateway.export.notes import Receipt
from gateway.export.saving import CONTENT_TYPES, FORMS, FormError, export, file_name
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
