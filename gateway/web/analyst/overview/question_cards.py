"""The region's yearly questions as cards: who would answer, why others would not, the newest table. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from gateway.dictionary import ReadyMade, ReadyTable
from gateway.hub.model import AskedQuestion
from gateway.hub.sharing_statements import Expected
from gateway.question import Question, in_these_words
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.choices import Forecast, Known, forecasts, in_its_year
from gateway.web.analyst.draft import Draft
from gateway.web.analyst.stacked_page import stacked_address


@dataclass(frozen=True)
class Expectation:
    """Whether a member would answer some table of a question, in words too; `why` it would not."""

    member: str
    name: str
    answers: bool
    words: str
    why: str


@dataclass(frozen=True)
class Latest:
    """The newest tables of the person in these words: the page that shows them, the time of the last."""

    address: str
    asked_at: datetime


@dataclass(frozen=True)
class Card:
    """`state`: `all`, `some` or `none` of the members would answer. `why`: a sentence for each reason.

    `change`: the address of the question as a form, where it has a single table.
    """

    name: str
    label: str
    note: str
    state: str
    tables: int
    members: tuple[Expectation, ...]
    why: tuple[str, ...]
    change: str
    latest: Latest | None

    @property
    def answering(self) -> int:
        return sum(one.answers for one in self.members)


def cards(
    known: Known, names: Sequence[str], purpose: str, asked: Sequence[AskedQuestion]
) -> tuple[Card, ...]:
    """A card for each named ready-made question. `asked` are the person's own questions, newest first."""
    return tuple(_card(known, known.dictionary.ready_made[name], purpose, asked) for name in names)


def _card(known: Known, one: ReadyMade, purpose: str, asked: Sequence[AskedQuestion]) -> Card:
    questions = [_question(known, table, purpose) for table in one.tables]
    members = tuple(_expectations(questions, known))
    answering = sum(expected.answers for expected in members)
    newest = tuple(filter(None, (_newest(known, table, asked) for table in one.tables)))
    only = one.tables[0] if len(one.tables) == 1 else None
    return Card(
        name=one.name,
        label=analyst_wording.say(one.label),
        note=analyst_wording.say(one.note),
        state="none" if not answering else "all" if answering == len(members) else "some",
        tables=len(one.tables),
        members=members,
        why=tuple(_reasons(members)),
        change=f"/ask?{Draft(only.measure, only.by, purpose=purpose).query()}" if only else "",
        latest=_latest(one, newest),
    )


def _newest(known: Known, table: ReadyTable, asked: Sequence[AskedQuestion]) -> AskedQuestion | None:
    return next((one for one in asked if in_these_words(known.dictionary, table, one.question)), None)


def _latest(one: ReadyMade, newest: Sequence[AskedQuestion]) -> Latest | None:
    """Where the newest tables are read: as one table where there are several."""
    if not newest:
        return None
    ids = [question.id for question in newest]
    address = f"/questions/{ids[0]}" if len(ids) == 1 else stacked_address(one, ids)
    return Latest(address, max(question.asked_at for question in newest))


def _question(known: Known, table: ReadyTable, purpose: str) -> Question:
    return in_its_year(known, Draft(table.measure, table.by, purpose=purpose).question(known.dictionary))


def _expectations(questions: Sequence[Question], known: Known) -> Iterator[Expectation]:
    """Of each member the outlook of the table that it would soonest answer."""
    best: dict[str, Forecast] = {}
    for forecast in chain.from_iterable(forecasts(known, question) for question in questions):
        before = best.get(forecast.member)
        if before is None or before.outlook.expected is Expected.REFUSE:
            best[forecast.member] = forecast
    for forecast in best.values():
        name, outlook = analyst_wording.say(forecast.name), forecast.outlook
        refuses = outlook.expected is Expected.REFUSE
        why = analyst_wording.listed([analyst_wording.refusal(one) for one in outlook.why]) if refuses else ""
        yield Expectation(forecast.member, name, not refuses, analyst_wording.outlook(outlook), why)


def _reasons(members: Sequence[Expectation]) -> Iterator[str]:
    """`Thailand and Viet Nam: ...`, members with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for one in members:
        if one.why:
            by_reason.setdefault(one.why, []).append(one.name)
    for why, names in by_reason.items():
        yield f"{analyst_wording.listed(names)}: {why}"
