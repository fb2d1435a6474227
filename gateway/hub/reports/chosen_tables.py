"""Which released table stands in each place of a report: the owner's newest by a moment, never another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.dictionary import SERVICE_DATE, Dictionary, ReadyTable
from gateway.hub.model import AskedQuestion, KeptRelease, Report, State
from gateway.hub.ports import View
from gateway.hub.reports.templates import TEMPLATES, Slot, slots
from gateway.question import Question, in_these_words


@dataclass(frozen=True)
class ChosenTable:
    """A question, and the release of it that a report shows."""

    asked: AskedQuestion
    kept: KeptRelease

    @property
    def name(self) -> tuple[str, int]:
        """The question and the number of the release."""
        return self.asked.id, self.kept.release.number


@dataclass(frozen=True)
class ChosenTables:
    """By place: the tables of the report, those that it is compared with, and newer ones that it lacks.

    `waiting`: places whose question is asked, and has no table yet.
    """

    now: Mapping[Slot, ChosenTable]
    before: Mapping[Slot, ChosenTable]
    newer: frozenset[Slot]
    waiting: frozenset[Slot]


def chosen_tables(view: View, dictionary: Dictionary, report: Report, moment: datetime) -> ChosenTables:
    """The tables of a report at a moment. A place without any table is missing."""
    own = [
        one
        for one in view.questions_of(report.owner)
        if one.question.purpose == report.purpose and one.organisation == report.organisation
    ]
    releases: dict[str, Sequence[KeptRelease]] = {}

    def newest(fitting: Sequence[AskedQuestion], by: datetime) -> ChosenTable | None:
        for one in fitting:
            if one.state is State.RELEASED and one.asked_at <= by:
                if one.id not in releases:  # read once: a large release takes 20 ms
                    releases[one.id] = view.releases(one.id)
                if (found := _by(releases[one.id], by)) is not None:
                    return ChosenTable(one, found)
        return None

    now: dict[Slot, ChosenTable] = {}
    before: dict[Slot, ChosenTable] = {}
    newer, waiting = set(), set()
    for slot, table in slots(dictionary, TEMPLATES[report.template]).items():
        fitting = [one for one in own if _is_of(dictionary, table, one.question, report.year)]
        if (found := newest(fitting, report.as_of)) is not None:
            now[slot] = found
        # Clients are counted in one year of service: last year's table is no former state of this year's.
        if report.compared_with is not None and (former := newest(fitting, report.compared_with)):
            before[slot] = former
        latest = newest(fitting, moment)
        if latest is not None and (found is None or latest.name != found.name):
            newer.add(slot)
        if found is None and any(one.state is State.OPEN for one in fitting):
            waiting.add(slot)
    return ChosenTables(now, before, frozenset(newer), frozenset(waiting))


def _is_of(dictionary: Dictionary, table: ReadyTable, question: Question, year: int) -> bool:
    if not in_these_words(dictionary, table, question):
        return False
    served = [f.codes for f in question.where if dictionary.of_dimension(f.level, SERVICE_DATE)]
    return not served or served == [(str(year),)]


def _by(kept: Sequence[KeptRelease], moment: datetime) -> KeptRelease | None:
    """The last release that was there at a moment."""
    there = [one for one in kept if datetime.fromisoformat(one.release.released_at) <= moment]
    return there[-1] if there else None
