"""One cell in sentences: why the number is missing, its possible values, and a total with the same people."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.dictionary import Dictionary
from gateway.picturing.errors import CellError
from gateway.picturing.implied_bounds import Bounds, bounds, nearest_ancestor
from gateway.picturing.labels import Labels
from gateway.picturing.words import ENGLISH, MEANINGS, Words, capital, msgid
from gateway.wire.cells import Cell, Status
from gateway.wire.release import Release


@dataclass(frozen=True)
class Explanation:
    """`place` names the cell; `ancestor` is the nearest visible cell above, `bounds` the possible values."""

    cell: Cell
    place: str
    sentences: tuple[str, ...]
    bounds: Bounds | None
    ancestor: Cell | None


def explain(
    release: Release, dictionary: Dictionary, key: Sequence[str], words: Words = ENGLISH
) -> Explanation:
    """The explanation of the cell at `key`. Raises CellError when the table has no such cell."""
    labels = Labels(dictionary, words)
    cell = next((c for c in release.cells if c.key == tuple(key)), None)
    if cell is None:
        raise CellError(
            "The table has no such cell.",
            remedy=f"A cell is named by one code for each of: {', '.join(a.level for a in release.axes)}.",
        )
    withheld = cell.status is Status.WITHHELD
    left = bounds(release, dictionary, cell.key) if withheld else None
    above = nearest_ancestor(release, dictionary, cell.key) if cell.value is None else None
    sentences = [_status(cell, words)]
    if cell.largest_deviation:
        text = msgid(
            "The count was perturbed to protect people; the number shown differs from the count by at "
            "most %(most)s."
        )
        sentences.append(words.filled(text, most=cell.largest_deviation))
    if cell.standard_deviation:
        text = msgid(
            "The number includes noise of differential privacy and is typically off by %(typical)s; any "
            "count is possible."
        )
        sentences.append(words.filled(text, typical=cell.standard_deviation))
    if withheld:
        sentences.append(
            words.say(
                msgid("Whether the number is small itself or protects another number is not disclosed.")
            )
        )
    if left is not None:
        sentences.append(_bounds(left, words))
    if above is not None:
        sentences.append(
            words.filled(
                msgid("The nearest shown number that includes it: %(number)s (%(place)s)."),
                number=above.value or 0,
                place=labels.key(release, above.key),
            )
        )
    sentences += _members(cell, labels)
    return Explanation(cell, labels.key(release, cell.key), tuple(sentences), left, above)


def _status(cell: Cell, words: Words) -> str:
    if cell.value is not None:
        return words.filled(msgid("The number is %(number)s."), number=cell.value)
    return capital(words.say(MEANINGS[cell.status])) + "."


def _bounds(left: Bounds, words: Words) -> str:
    if left.most is None:
        return words.filled(msgid("From the numbers shown, it is at least %(least)s."), least=left.least)
    return words.filled(
        msgid("From the numbers shown, it is between %(least)s and %(most)s."),
        least=left.least,
        most=left.most,
    )


def _members(cell: Cell, labels: Labels) -> list[str]:
    words, found = labels.words, []
    if cell.missing_members:
        names = words.listed(labels.code("country", member) for member in cell.missing_members)
        found.append(words.filled(msgid("The number does not include %(members)s."), members=names))
    if cell.masked_members:
        names = words.listed(labels.code("country", member) for member in cell.masked_members)
        text = msgid(
            "The number includes withheld numbers of %(members)s, added up so that nobody saw any of them."
        )
        found.append(words.filled(text, members=names))
    return found
