"""A release as a table, as charts and maps, with explanations and alternatives for withheld numbers. Pure."""

from gateway.picturing.choosing import draw, fitting
from gateway.picturing.coarser import Change, Suggestion, coarser, coarser_questions
from gateway.picturing.errors import CellError, LayoutError, NothingToDrawError
from gateway.picturing.explaining import Explanation, explain
from gateway.picturing.implied_bounds import Bounds, bounds, nearest_ancestor, with_bounds
from gateway.picturing.layout import Head, Layout, Row, Shown, layout
from gateway.picturing.notes import Note
from gateway.picturing.sheet import Picture
from gateway.picturing.words import ENGLISH, WITHHELD, Words

__all__ = [
    "ENGLISH",
    "WITHHELD",
    "Bounds",
    "CellError",
    "Change",
    "Explanation",
    "Head",
    "Layout",
    "LayoutError",
    "Note",
    "NothingToDrawError",
    "Picture",
    "Row",
    "Shown",
    "Suggestion",
    "Words",
    "bounds",
    "coarser",
    "coarser_questions",
    "draw",
    "explain",
    "fitting",
    "layout",
    "nearest_ancestor",
    "with_bounds",
]
