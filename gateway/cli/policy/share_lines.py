"""What can be read of each table, and what a change gives or takes, in lines for a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from gateway.dictionary import regional
from gateway.member.cube.table_shares import ReadTable, ShareChange, TableShare

MOST_LISTED = 10
"""Tables in the text; the JSON holds all."""


def share_lines(shares: Sequence[TableShare], threshold: int) -> Iterator[str]:
    """The shares of the worst tables, and how well the others can be read."""
    if not shares:
        return
    yield ""
    yield f"What can be read, worst first: people shown, of those in cells of at least {threshold} people."
    if nobody := sum(one.percent == 0 or one.shows_nobody for one in shares):
        yield f"{nobody} of {len(shares)} tables show nobody, or less than 1%."
    yield f"{'share':>6} {'shown':>9} {'of':>9}  table"
    for one in shares[:MOST_LISTED]:
        yield (
            f"{_percent(one):>6} {one.people_shown:9,} {one.ceiling:9,}  "
            f"{table_name(one.table)}{_why_nobody(one, threshold)}"
        )
    if more := shares[MOST_LISTED:]:
        least = min(one.percent for one in more)
        at_least = f", each at {least}% or above" if least else ""
        yield f"and {len(more)} more{at_least}; --json lists them all"


def change_lines(changes: Iterable[ShareChange]) -> Iterator[str]:
    """The tables that lose most people, and those that gain most."""
    found = [one for one in changes if one.people]
    losing = [one for one in found if one.people < 0][:MOST_LISTED]
    gaining = [one for one in found[::-1] if one.people > 0][:MOST_LISTED]
    for title, rows in (("loses", losing), ("gains", gaining)):
        if rows:
            yield f"People that a table {title} in its cells, most first:"
        for one in rows:
            shares = f"{_percent(one.before)} -> {_percent(one.after)}"
            yield f"{one.people:+10,}  {shares}  {table_name(one.table)}"


def shares_instead(changes: Iterable[ShareChange]) -> Iterator[str]:
    """Each table whose share differs in whole per cent, with both shares."""
    for one in changes:
        after, before = _percent(one.after), _percent(one.before)
        if after != before:
            said = after if one.after is None else f"{after} shown"
            yield f"{table_name(one.table)}: {said}, was {before}"


def table_name(table: ReadTable) -> str:
    """A ready-made question by its label and name; any other table by its levels, in the policy's words."""
    for question in regional().ready_made.values():
        for one in question.tables:
            if one.name == table.question:
                return f"{question.label} ({one.name})"
    return " x ".join(level for _, level in table.levels)


def _why_nobody(one: TableShare, threshold: int) -> str:
    if not one.ceiling:
        return f": every cell has fewer than {threshold} people"
    return ": shows nobody" if one.shows_nobody else ""


def _percent(share: TableShare | None) -> str:
    if share is None:
        return "not shared"
    return f"{share.percent}%" if share.ceiling else "-"
