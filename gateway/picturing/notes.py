"""The meaning of a table's signs: only of the signs that the table uses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.picturing.labels import Labels
from gateway.picturing.words import MEANINGS, SHORT, WITHHELD, Words, capital, msgid
from gateway.question import COUNTRY
from gateway.wire.cells import Cell, Status
from gateway.wire.release import Release

LACKING = "*"
"""Beside a number that lacks a member."""
UNDER_MASKS = "+"
"""Beside a number of a former release that includes withheld cells of members, by secure sum."""
CHANGED = "~"
"""Beside a number that was perturbed to protect people."""


@dataclass(frozen=True)
class Note:
    """`sign` is in the table and `text` is its meaning; `kind` is a status, `bounds` or a mark."""

    sign: str
    text: str
    kind: str


def marks(cell: Cell) -> str:
    """The signs beside a number."""
    signs = (CHANGED if cell.perturbed else "") + (UNDER_MASKS if cell.masked_members else "")
    return signs + (LACKING if cell.missing_members else "")


def notes(release: Release, labels: Labels) -> tuple[Note, ...]:
    """The legend of a table, the reserved symbol first."""
    words = labels.words
    used = {cell.status for cell in release.cells}
    found = []
    if Status.WITHHELD in used:
        found.append(Note(WITHHELD, capital(words.say(MEANINGS[Status.WITHHELD])), Status.WITHHELD.value))
    if any(cell.at_least is not None or cell.at_most is not None for cell in release.cells):
        text = msgid("Withheld; only these numbers are possible, given what members show elsewhere")
        found.append(Note(_bounds_sign(release, words), words.say(text), "bounds"))
    for status, short in SHORT.items():
        if status in used:
            found.append(Note(words.say(short), capital(words.say(MEANINGS[status])), status.value))
    found += marks_explained(release.cells, labels)
    return tuple(found)


def _bounds_sign(release: Release, words: Words) -> str:
    if any(cell.at_most is not None for cell in release.cells):
        return f"{WITHHELD} {words.say(msgid('a to b'))}"
    return f"{WITHHELD} {words.say(msgid('at least a'))}"


def marks_explained(cells: Iterable[Cell], labels: Labels) -> list[Note]:
    """The meaning of the signs beside the numbers of some cells."""
    cells, found = list(cells), []
    words = labels.words
    off = sorted({cell.largest_deviation for cell in cells if cell.largest_deviation})
    if off:
        found.append(Note(CHANGED, _changed(off, words), "changed"))
    if noise := sorted({cell.standard_deviation for cell in cells if cell.standard_deviation}):
        found.append(Note(CHANGED, _noisy(noise, words), "noise"))
    summed = sorted({member for cell in cells for member in cell.masked_members})
    if summed:
        text = msgid("Includes withheld cells of %(members)s, added up so that nobody saw any of them")
        found.append(Note(UNDER_MASKS, words.filled(text, members=_named(summed, labels)), "under-masks"))
    lacking = sorted({member for cell in cells for member in cell.missing_members})
    if lacking:
        text = msgid("A total that lacks at least one of: %(members)s")
        found.append(Note(LACKING, words.filled(text, members=_named(lacking, labels)), "lacks"))
    return found


def _changed(off: Sequence[int], words: Words) -> str:
    if len(off) == 1:
        return words.filled(
            msgid("Perturbed to protect people: at most %(most)s from the count"), most=off[0]
        )
    text = msgid("Perturbed to protect people: at most %(most)s from the count, in some cells %(more)s")
    return words.filled(text, most=off[0], more=off[-1])


def _noisy(typical: Sequence[int], words: Words) -> str:
    if len(typical) == 1:
        text = msgid("With noise (differential privacy): typically off by %(typical)s, perhaps below 0")
        return words.filled(text, typical=typical[0])
    text = msgid(
        "With noise (differential privacy): typically off by %(typical)s to %(more)s, perhaps below 0"
    )
    return words.filled(text, typical=typical[0], more=typical[-1])


def _named(members: Iterable[str], labels: Labels) -> str:
    return ", ".join(labels.code(COUNTRY, member) for member in members)
