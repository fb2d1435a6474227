"""The end of a report: what each member gave on which terms, what the words mean, and every receipt."""

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.export.documents.report_document import MemberLine, ReceiptLine
from gateway.export.notes import answered
from gateway.hub.reports.chosen_tables import ChosenTable
from gateway.picturing import Words
from gateway.picturing.notices.perturbation_notice import changes
from gateway.picturing.notices.rows_counted import rows_counted
from gateway.picturing.terms import OF_TOTALS, of_totals, terms
from gateway.picturing.words import WITHHELD, capital
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.definitions import definitions
from gateway.web.shared.languages import date_of
from gateway.wire.release import Release

Used = tuple[ChosenTable, Release, list[int]]
"""A chosen table, what of it may be shown, and the numbers of its tables in the report."""


def member_lines(used: Iterable[Used], dictionary: Dictionary, words: Words) -> tuple[MemberLine, ...]:
    """Who answered, who did not and why. Tables to which a member gave the same share a line."""
    found: dict[tuple[str, ...], list[int]] = {}
    for _table, release, numbers in used:
        for one in release.coverage:
            said = (answered(one, words), changes(one, words), rows_counted(one, words))
            line = (
                analyst_wording.say(dictionary.member(one.member).name),
                capital(". ".join(filter(None, said))),
                one.snapshot_date or "",
                one.policy or "",
                " ".join(terms(one, words)),
            )
            found.setdefault(line, []).extend(numbers)
    return tuple(
        MemberLine(name, in_a_row(numbers), answer, records and date_of(records), policy, said)
        for (name, answer, records, policy, said), numbers in sorted(
            found.items(), key=lambda one: (one[0][0], min(one[1], default=0))
        )
    )


def methods(releases: Sequence[Release], dictionary: Dictionary, words: Words) -> tuple[tuple[str, str], ...]:
    """What is counted and what the words mean, of all tables together, then how people are protected."""
    found: dict[str, str] = {}
    for release in releases:
        found.update(definitions(release, dictionary, words))
    if any(of_totals(release.coverage, words) for release in releases):
        found[words.say(OF_TOTALS)] = str(
            _("A total holds a part of each member in it: the strictest terms of these members hold for it.")
        )
    if releases:
        found[WITHHELD] = str(
            _(
                "A count of one or two people can show a neighbour who they were. Each member protects all "
                "its tables together: small counts are withheld, and also some larger ones, so that no small "
                "count can be calculated from the others. A range beside the sign holds every number that "
                "the shown numbers leave possible."
            )
        )
    return tuple(found.items())


def receipts(used: Iterable[Used]) -> tuple[ReceiptLine, ...]:
    """A line for each release, in the order of the tables."""
    return tuple(_receipts(used))


def _receipts(used: Iterable[Used]) -> Iterator[ReceiptLine]:
    for found, release, numbers in used:
        yield ReceiptLine(
            tuple(numbers),
            found.asked.id,
            release.number,
            found.asked.asked_index,
            found.kept.index,
            date_of(release.released_at[:10]),
        )


def in_a_row(numbers: Iterable[int]) -> str:
    """`1–3, 5`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
