"""What a query of PxWeb selects of a variable: codes, patterns with `*` and `?`, and stretches of codes."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from gateway.errors import SafelaneError
from gateway.wire.cells import TOTAL

_STRETCH = re.compile(r"(from|to|range)\(([^,()]+)(?:,([^,()]+))?\)", re.IGNORECASE)
LONGEST_EXPRESSION = 500
"""Characters: a pattern of thousands of brackets takes long to understand, and nobody writes one."""
KINDS = "codes, patterns with * and ?, from(code), to(code) and range(code,code)"


class SelectionError(SafelaneError):
    """A query that names what the table does not have."""

    exit_code = 2


def selected(variable: str, codes: Sequence[str], expressions: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of a variable that any of the expressions selects, in the order of the table.

    Raises SelectionError where an expression selects none.
    """
    found: set[str] = set()
    for expression in expressions:
        if len(expression) > LONGEST_EXPRESSION:
            raise SelectionError(
                f"An expression for the variable {variable} has more than {LONGEST_EXPRESSION} characters.",
                remedy=f"Name {KINDS}, one by one.",
            )
        matching = _matching(codes, expression)
        if not matching:
            raise SelectionError(
                f"'{expression}' selects nothing of the variable {variable}.",
                remedy=f"Its codes are in the table's metadata; a query has {KINDS}.",
            )
        found.update(matching)
    if not found:
        raise SelectionError(f"Nothing is selected of the variable {variable}.", remedy=f"Name {KINDS}.")
    return tuple(code for code in codes if code in found)


def split(text: str) -> list[str]:
    """The expressions of an address, which separates them by commas: `KH,range(2020,2024)` has two."""
    return [one.strip() for one in re.findall(r"(?:[^,()]|\([^()]*\))+", text) if one.strip()]


def _matching(codes: Sequence[str], expression: str) -> list[str]:
    if expression in codes:
        return [expression]
    stretch = _STRETCH.fullmatch(expression)
    if stretch is None:
        # A bracket is a letter like any other here.
        pattern = expression.replace("[", "[[]")
        return [code for code in codes if fnmatchcase(code, pattern)] if set("*?") & set(pattern) else []
    kind, first, last = stretch[1].lower(), stretch[2].strip(), (stretch[3] or "").strip()
    ends = (first, last) if kind == "range" else (first,)
    if (kind == "range") != bool(last) or any(code not in codes for code in ends):
        return []
    start = 0 if kind == "to" else codes.index(first)
    end = {"from": len(codes) - 1, "to": codes.index(first)}.get(kind, -1)
    stretch_of = codes[start : (codes.index(last) if end < 0 else end) + 1]
    # A total stands behind the codes that it adds up, and is none of those that follow another.
    return [code for code in stretch_of if code != TOTAL or TOTAL in (first, last)]
