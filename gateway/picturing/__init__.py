"""How a release looks: as a table, as charts and maps, and what helps where a number is withheld. Pure."""

from gateway.picturing.errors import CellError, LayoutError, NothingToDrawError
from gateway.picturing.layout import Head, Layout, Note, Row, Shown, layout
from gateway.picturing.words import ENGLISH, WITHHELD, Words

__all__ = [
    "ENGLISH",
    "WITHHELD",
    "CellError",
    "Head",
    "Layout",
    "LayoutError",
    "Note",
    "NothingToDrawError",
    "Row",
    "Shown",
    "Words",
    "layout",
]
