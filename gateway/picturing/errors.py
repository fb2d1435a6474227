"""Errors of tables and pictures."""

from gateway.errors import SafelaneError


class CellError(SafelaneError):
    """The table has no cell of that key."""

    exit_code = 2


class LayoutError(SafelaneError):
    """The levels that should run across are not levels of the table."""

    exit_code = 2


class NothingToDrawError(SafelaneError):
    """No picture fits the question, or not the requested kind."""

    exit_code = 2
