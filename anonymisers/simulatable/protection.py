"""How one table is protected: by its view where it is small, else by its counts, or as a few small tables.

Which of both follows from the dimensions, the rules and the total, which everybody knows, and never from a
withheld count.
"""

from collections.abc import Sequence

from anonymisers.simulatable.protect_by_view import applies, protect_by_view
from anonymisers.simulatable.separate_tables import applies_separately, protect_separately
from anonymisers.suppression import protect_table
from anonymisers.suppression.protect_table import Protected
from anonymisers.tables.count_table import Table
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules


def without_counts(table: Table, rules: Rules, known: Sequence[Release] = ()) -> bool:
    """Whether the pattern is chosen without reading a withheld count."""
    return applies(table, rules, known) or applies_separately(table, rules, known)


def protect(
    table: Table,
    rules: Rules,
    key: bytes,
    progress: Progress | None = None,
    *,
    known: Sequence[Release] = (),
) -> Protected:
    """Protect all tables that the rules allow: arguments and errors as of `protect_table.protect`."""
    if applies(table, rules, known):
        return protect_by_view(table, rules, key, known=known)
    if applies_separately(table, rules, known):
        return protect_separately(table, rules, key)
    return protect_table.protect(table, rules, key, progress, known=known)
