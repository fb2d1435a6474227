"""What to ask instead of a table that is mostly withheld: a sentence that goes with the table."""

from gateway.picturing.coarser import FEWER, Suggestion, coarser
from gateway.picturing.labels import Labels
from gateway.picturing.notices.units import units
from gateway.picturing.words import msgid
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

MOST_NAMED = 3
"""Coarser tables in the sentence."""


def sentences(release: Release, labels: Labels) -> tuple[str, ...]:
    """What stands below a table: what its numbers count, and which coarser tables to ask for."""
    return (*units(release, labels), *coarser_tables(release, labels))


def coarser_tables(release: Release, labels: Labels) -> tuple[str, ...]:
    """A sentence that names the nearest coarser tables; none where most of the table is shown."""
    if not mostly_withheld(release):
        return ()
    found = nearest(coarser(release, labels.dictionary, labels.words))[:MOST_NAMED]
    if not found:
        return ()
    said = msgid("Most of this table is withheld. Coarser tables show more: %(tables)s.")
    return (labels.words.filled(said, tables="; ".join(_named(one, labels) for one in found)),)


def nearest(suggestions: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    """The suggestions in another order: first the tables of which this one shows that they can be read."""
    return tuple(sorted(suggestions, key=lambda one: (one.kind != FEWER, -_known(one))))


def mostly_withheld(release: Release) -> bool:
    """Whether fewer numbers above 0 are shown than are withheld, margins left out."""
    inner = [cell for cell in release.cells if TOTAL not in cell.key]
    shown = sum(bool(cell.value) for cell in inner)
    return shown < sum(cell.status is Status.WITHHELD for cell in inner)


def _known(one: Suggestion) -> float:
    return (one.visible or 0) / one.withheld


def _named(one: Suggestion, labels: Labels) -> str:
    if one.visible is None:
        return one.text
    known = msgid("shows a number for %(n)d of %(all)d withheld numbers")
    return f"{one.text} ({labels.words.say(known) % {'n': one.visible, 'all': one.withheld}})"
