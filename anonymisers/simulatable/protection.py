"""How one table is protected: by its view where it is small, else by its counts, or as a few small tables.

Which of these follows from the dimensions, the rules and what everybody knows, and never from a withheld
count. Where the rules want no large table to be protected by its counts, none is: rather nothing is shown.
"""

from collections.abc import Sequence
from dataclasses import replace

from anonymisers.simulatable.protect_by_view import applies, protect_by_view
from anonymisers.simulatable.separate_tables import protect_separately
from anonymisers.suppression import protect_table
from anonymisers.suppression.protect_table import Protected
from anonymisers.tables.count_table import Table
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules


def without_counts(table: Table, rules: Rules, known: Sequence[Release] = ()) -> bool:
    """Whether the pattern is chosen without reading a withheld count."""
    return rules.withstands_reruns_when_large or applies(table, rules, known)


def fitting(table: Table, rules: Rules, known: Sequence[Release] = ()) -> Rules:
    """The rules, with zeros as partners where some tables are refused so that no withheld count is read."""
    if rules.zeros != "publish" or not rules.withstands_reruns_when_large or applies(table, rules, known):
        return rules
    return replace(rules, zeros="partner")


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
    if rules.withstands_reruns_when_large:
        return protect_separately(table, rules, key, known)
    return protect_table.protect(table, rules, key, progress, known=known)
