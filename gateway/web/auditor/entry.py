"""An entry, or a question with all of its entries: in sentences, with proofs and a decision replay."""

from dataclasses import dataclass

from flask import Response

from audit.errors import MalformedError
from audit.events.event_values import ReadAction
from audit.events.question_events import Answered, Asked, Denied, Refused
from audit.reading.doers import doer
from gateway.accounts.model import Side
from gateway.api.access_control import accounts
from gateway.api.audit_reading import noted, or_unknown, reading, replayed
from gateway.auditing.audited_log import ReplayResult
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_wording import EntryText, Named, Story, entry_details, question_story
from gateway.auditing.explanation import dossier
from gateway.errors import SafelaneError
from gateway.hub.errors import UnknownQuestionError
from gateway.web.shared.desk import Desk, Model
from gateway.web.shared.languages import translated

desk = Desk("audit-entry")

DECISIONS = {
    Side.HUB: frozenset({Asked.TYPE, Denied.TYPE}),
    Side.NODE: frozenset({Answered.TYPE, Refused.TYPE}),
}
"""Entries that are decisions of the side that keeps the log."""


@dataclass(frozen=True)
class Replayed:
    """A replayed decision; `cannot` says why a replay was impossible."""

    again: ReplayResult | None
    cannot: str | None = None


@dataclass(frozen=True)
class EntryPage:
    entry: EntryText
    doer: str
    question: str | None
    names: tuple[Named, ...]
    replayed: Replayed | None


@dataclass(frozen=True)
class QuestionPage:
    story: Story
    replayed: Replayed | None
    decision: int | None
    file: str


@desk.page("/audit/entries/<int:number>", "auditor/entry.html")
def audit_entry(number: int) -> Model:
    kept = reading(ReadAction.EXPLAIN, {"what": str(number)})
    with or_unknown():
        try:
            described = entry_details(kept, number)
        except MalformedError:
            raise UnknownQuestionError(
                f"Entry {number} is of a kind that is not known here.", remedy="A newer Safelane may read it."
            ) from None
    entry = described.entry
    return EntryPage(entry, doer(entry.kind), described.question, described.names, _replayed(kept, entry))


@desk.page("/audit/questions/<question_id>", "auditor/question.html")
def audit_question(question_id: str) -> Model:
    kept = reading(ReadAction.EXPLAIN, {"what": question_id})
    with or_unknown():
        story = question_story(kept, question_id)
    decided = next((each for each in story.entries if each.own and _is_decision(each)), None)
    return QuestionPage(
        story,
        None if decided is None else _replayed(kept, decided),
        None if decided is None else decided.number,
        file_name(question_id),
    )


@desk.file("/audit/download/<question_id>")
def audit_dossier(question_id: str) -> Response:
    """Every entry about a question with its proof, in one file that can be checked without a database."""
    kept = reading(ReadAction.DOSSIER, {"question": question_id})
    with or_unknown():
        made = dossier(kept, question_id)
    response = Response(str(made), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(question_id)}"'
    return response


def file_name(question_id: str) -> str:
    """The name of the dossier file of a question."""
    return f"safelane-{''.join(c for c in question_id if c.isascii() and (c.isalnum() or c == '-'))}.json"


def _is_decision(entry: EntryText) -> bool:
    return entry.kind in DECISIONS[accounts().side]


def _replayed(kept: KeptLog, entry: EntryText) -> Replayed | None:
    """The replayed decision of an entry, logged as well; None for an entry without a decision."""
    if not _is_decision(entry):
        return None
    noted(kept, ReadAction.REPLAY, {"entry": entry.number})
    try:
        return Replayed(replayed(kept, entry.number))
    except SafelaneError as error:
        return Replayed(None, " ".join(translated(each) for each in (error.message, error.remedy or "")))
