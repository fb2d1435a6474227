"""The questions of a report that were not asked yet, or are asked anew: who would answer, and asking them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.dictionary import ReadyTable
from gateway.hub.asking import ask
from gateway.hub.model import Report
from gateway.hub.reports.chosen_tables import ChosenTables
from gateway.hub.reports.templates import TEMPLATES, Slot, slots
from gateway.question import Question, QuestionError, in_year, needs_year, parse
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.choices import Known, answering
from gateway.web.analyst.draft import SOON, Draft


@dataclass(frozen=True)
class MissingTable:
    """A table that the report has no release of. `answering`: how many members would answer."""

    section: str
    question: str
    number: int
    title: str
    answering: int
    waiting: bool


def missing_tables(knows: Known, report: Report, chosen: ChosenTables) -> tuple[MissingTable, ...]:
    """The places without a table, in reading order."""
    return tuple(_missing(knows, report, chosen))


def ask_tables(
    knows: Known, report: Report, wanted: Collection[Slot] | None, without: Collection[Slot]
) -> datetime | None:
    """Ask the questions of some places, or of all, in the requester's own name; those that somebody answers.

    A question that stands in two places is asked once, and none of `without`. Returns by when the last of
    them is released at the latest, None where nothing was asked.
    """
    asked: dict[Question, datetime] = {}
    for slot, table in slots(knows.dictionary, TEMPLATES[report.template]).items():
        if slot in without or (wanted is not None and slot not in wanted):
            continue
        question = _question(knows, report, table)
        if question is not None and question not in asked and answering(knows, question):
            asked[question] = ask(hub(), principal(), question, timedelta(seconds=SOON)).deadline
    return max(asked.values(), default=None)


def _missing(knows: Known, report: Report, chosen: ChosenTables) -> Iterator[MissingTable]:
    for slot, table in slots(knows.dictionary, TEMPLATES[report.template]).items():
        if slot in chosen.now:
            continue
        question = _question(knows, report, table)
        if question is not None:
            yield MissingTable(
                slot.section,
                slot.question,
                slot.number,
                analyst_wording.title(knows.dictionary, question),
                answering(knows, question),
                slot in chosen.waiting,
            )


def _question(knows: Known, report: Report, table: ReadyTable) -> Question | None:
    """The question as it is asked for the report: one about clients in the report's year.

    None where the dictionary has no such year of service.
    """
    made = Draft(table.measure, table.by, purpose=report.purpose).question(knows.dictionary)
    if not needs_year(knows.dictionary, made):
        return made
    try:
        return parse(knows.dictionary, in_year(knows.dictionary, made, report.year).as_json())
    except QuestionError:
        return None


__all__ = ["MissingTable", "ask_tables", "missing_tables"]
