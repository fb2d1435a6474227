"""Auditors' reading of a log over HTTP, by programs and on pages: every reading is logged first."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from audit.errors import NotInLogError
from audit.events.event_values import ReadAction
from audit.events.search import Criteria, Found
from audit.reading.sentences import say_event
from gateway.api.access_control import principal
from gateway.api.services import audited
from gateway.auditing.audited_log import ReplayResult
from gateway.auditing.context import KeptLog, Reader
from gateway.auditing.entry_search import name_of, whole
from gateway.auditing.ports import View
from gateway.auditing.reading_log import PERSON, note
from gateway.hub.errors import UnknownQuestionError


def reading(action: ReadAction, search: dict[str, Any]) -> KeptLog:
    """Log the caller's reading, then return the log."""
    kept = audited().kept
    noted(kept, action, search)
    return kept


def noted(kept: KeptLog, action: ReadAction, search: dict[str, Any]) -> None:
    who = principal()
    note(kept, Reader(who.user, who.organisation, who.role.value), action, search)


@contextmanager
def or_unknown() -> Iterator[None]:
    """Turn a missing entry into an error for the caller."""
    try:
        yield
    except NotInLogError:
        raise UnknownQuestionError(
            "The log says nothing of this.", remedy="Look the number up in the entries; it was logged."
        ) from None


def replayed(kept: KeptLog, number: int) -> ReplayResult:
    """Replay a decision. Raises NotInLogError, or SafelaneError where no decision can be replayed."""
    with kept.store.reading() as view:
        if number >= whole(view).end:
            raise NotInLogError(f"the log {kept.log.origin} has no entry {number}")
    return audited().replay(number)


def criteria_of(query: dict[str, Any]) -> Criteria:
    """Return the search criteria from the fields of `SearchSchema`."""
    return Criteria(
        kind=query.get("type"),
        organisation=query.get("organisation"),
        purpose=query.get("purpose"),
        member=query.get("member"),
        question=query.get("question"),
        outcome=query.get("outcome"),
        reason=query.get("reason"),
        since=_midnight(query.get("since")),
        until=_midnight(query.get("until")),
    )


def search_of(query: dict[str, Any]) -> dict[str, Any]:
    """Return the search in the form that the log commits to."""
    search = {name: v.isoformat() if isinstance(v, date) else v for name, v in query.items()}
    person = search.pop("actor", None)
    return search if person is None else {**search, PERSON: person}


def shown(view: View, found: Found) -> dict[str, Any]:
    """Return an entry's text, its sentence, and the person where known."""
    return {
        "number": found.number,
        "entry": json.loads(found.entry),
        "says": say_event(found.event),
        "actor": name_of(view, found),
    }


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
