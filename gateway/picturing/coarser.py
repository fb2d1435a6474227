"""Coarser questions that may bring withheld numbers back: pooled years, merged places, fewer levels. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gateway.dictionary import Dictionary
from gateway.picturing.implied_bounds import visible
from gateway.picturing.labels import Labels
from gateway.picturing.words import ENGLISH, Words, msgid
from gateway.question import COUNTRY, Question, QuestionError, ask, parse
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

POOLED, MERGED, COARSER, FEWER = "pooled", "merged", "coarser", "fewer"
_KINDS = {"date": POOLED, "place": MERGED, "home": MERGED}


@dataclass(frozen=True)
class Change:
    """The question with one level coarser, or without the level. `fine` is the level that changes."""

    kind: str
    fine: str
    coarse: str
    question: Question


@dataclass(frozen=True)
class Suggestion:
    """An alternative question.

    Of the `withheld` cells concerned (all, where no member shares any), `visible` certainly have a number in
    the coarser table, since this table shows the number as a margin; None: unknown before asking.
    """

    question: Question
    text: str
    kind: str
    visible: int | None
    withheld: int


def coarser_questions(
    question: Question, dictionary: Dictionary, members: Collection[str] = ()
) -> tuple[Change, ...]:
    """Every question with one level made coarser, the next level first, then those with one level left out.

    Levels that one of the asked `members` does not have are left out.
    """
    return (*_lifted(question, dictionary, members), *_without(question, dictionary))


def coarser(release: Release, dictionary: Dictionary, words: Words = ENGLISH) -> tuple[Suggestion, ...]:
    """Alternative questions, gentlest first. Nothing where numbers are shown and none is withheld.

    Where members do not share the numbers so finely, and the table has no number, members may share coarser
    numbers.
    """
    statuses = {cell.status for cell in release.cells}
    if Status.WITHHELD not in statuses and statuses != {Status.NOT_SHARED}:
        return ()
    labels = Labels(dictionary, words)
    question = parse(dictionary, release.question)
    members = [covered.member for covered in release.coverage]
    changes = coarser_questions(question, dictionary, members)
    if Status.WITHHELD not in statuses:
        every = len(release.cells)
        return tuple(Suggestion(c.question, _text(c, labels), c.kind, None, every) for c in changes)
    found = [each for change in changes for each in _brings_back(release, change, labels)]
    # Dropping a level loses most, so these come last, the most rewarding first.
    return tuple(sorted(found, key=lambda s: (s.kind == FEWER, -(s.visible or 0))))


def _brings_back(release: Release, change: Change, labels: Labels) -> Iterator[Suggestion]:
    """The change as a suggestion, unless this table itself shows that the change brings nothing back."""
    number = [axis.level for axis in release.axes].index(change.fine)
    withheld = [cell.key for cell in release.cells if cell.status is Status.WITHHELD]
    concerned = [key for key in withheld if key[number] != TOTAL]
    known = None
    if change.kind == FEWER:
        cells = {cell.key: cell for cell in release.cells}
        known = sum(visible(cells, (*k[:number], TOTAL, *k[number + 1 :])) for k in concerned)
    if concerned and known != 0:
        yield Suggestion(change.question, _text(change, labels), change.kind, known, len(concerned))


def _text(change: Change, labels: Labels) -> str:
    if change.kind == FEWER:
        return labels.words.filled(msgid("Leave out: %(level)s"), level=labels.level(change.fine))
    return labels.words.filled(
        msgid("Ask by %(coarse)s instead of %(fine)s"),
        coarse=labels.level(change.coarse),
        fine=labels.level(change.fine),
    )


def _lifted(question: Question, dictionary: Dictionary, members: Collection[str]) -> Iterator[Change]:
    for fine in question.by:
        if fine == COUNTRY:
            continue
        dimension = dictionary.dimension(dictionary.level(fine).dimension)
        order = [level.name for level in dimension.levels]
        for coarse in order[order.index(fine) + 1 :]:
            if not all(dictionary.level(coarse).belongs_to(member) for member in members):
                continue
            by = tuple(coarse if level == fine else level for level in question.by)
            changed = _by(question, dictionary, by)
            if changed is not None:
                yield Change(_KINDS.get(dimension.name, COARSER), fine, coarse, changed)


def _without(question: Question, dictionary: Dictionary) -> Iterator[Change]:
    for level in question.by:
        if level != COUNTRY and len(question.by) > 1:
            changed = _by(question, dictionary, tuple(other for other in question.by if other != level))
            if changed is not None:
                yield Change(FEWER, level, "", changed)


def _by(question: Question, dictionary: Dictionary, by: tuple[str, ...]) -> Question | None:
    """The question by other levels; None where it cannot be asked.

    A filter may be finer than a coarser level, and cases need the status of one kind of assistance.
    """
    where = {one.level: one.codes for one in question.where}
    try:
        return ask(dictionary, measure=question.measure, by=by, where=where, purpose=question.purpose)
    except QuestionError:
        return None
