"""Auditors read the log with names at hand: find, explain, sample, alerts, dossiers; each is logged."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE

from audit.alerts import Thresholds
from audit.errors import NotInLogError
from audit.event_values import ReadAction
from audit.events import encode
from audit.search import Criteria, Found, read_events
from audit.sentences import say_event
from gateway.api.audit_schemas import (
    DossierSchema,
    FoundSchema,
    NoticeSchema,
    SampledSchema,
    SampleSchema,
    SearchSchema,
    StorySchema,
)
from gateway.api.describe import refusals
from gateway.api.guard import principal
from gateway.api.services import hub
from gateway.auditing.context import KeptLog, Reader
from gateway.auditing.explaining import dossier, explain
from gateway.auditing.finding import Span, find, name_of, whole
from gateway.auditing.noticing import notice
from gateway.auditing.noting import PERSON, note
from gateway.auditing.ports import View
from gateway.auditing.sampling import draw
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.proofs import kept_log

blueprint = Blueprint(
    "audit",
    __name__,
    url_prefix="/api/v1/audit",
    description="For auditors. Whatever is read here is itself an entry of the log",
)

_FORBIDDEN = "the role does not audit; logged"


@blueprint.route("/entries", methods=["GET"])
@blueprint.arguments(SearchSchema, location="query", unknown=RAISE)
@blueprint.response(200, FoundSchema)
@refusals(blueprint, s403=_FORBIDDEN)
def get_entries(query: dict[str, Any]) -> dict[str, Any]:
    """Entries that fit, oldest first, a page at a time; also by the name of a person."""
    criteria = _criteria(query)
    kept = _reading(ReadAction.LIST, _search(query))
    with kept.store.reading() as view:
        size = whole(view).end
        hits = find(view, criteria, query.get("actor"), Span(query["start"], size))
        page = list(islice(hits, query["limit"] + 1))
        shown = [_shown(view, found) for found in page[: query["limit"]]]
    return {"entries": shown, "size": size, "next": page[-1].number if len(page) > len(shown) else None}


@blueprint.route("/explanations/<what>", methods=["GET"])
@blueprint.response(200, StorySchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log says nothing of it")
def get_explanation(what: str) -> dict[str, Any]:
    """A question, or an entry by its number, as a story: who, what, why, how it ended, how that is proved."""
    kept = _reading(ReadAction.EXPLAIN, {"what": what})
    with _or_unknown():
        return {"lines": explain(kept, what)}


@blueprint.route("/dossiers/<question_id>", methods=["GET"])
@blueprint.response(200, DossierSchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log says nothing of it")
def get_dossier(question_id: str) -> dict[str, Any]:
    """Every entry about a question with its proof, members' too: `python -m audit` checks it offline."""
    kept = _reading(ReadAction.DOSSIER, {"question": question_id})
    with _or_unknown():
        made: dict[str, Any] = json.loads(str(dossier(kept, question_id)))
        return made


@blueprint.route("/sample", methods=["GET"])
@blueprint.arguments(SampleSchema, location="query", unknown=RAISE)
@blueprint.response(200, SampledSchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log has not that many entries")
def get_sample(query: dict[str, Any]) -> dict[str, Any]:
    """Random entries that follow from the root of the log, so that nobody can pick them."""
    kept = kept_log(hub())
    with kept.store.reading() as view, _or_unknown():
        drawn = draw(kept, view, query["count"], size=query.get("size"), seed=query["seed"])
        # The head is taken first: the entry about this reading must not change the sample.
        _note(kept, ReadAction.SAMPLE, {**query, "size": drawn.size})
        raw = [(number, kept.log.entry(view.log, number)) for number in drawn.numbers]
        shown = [_shown(view, found) for found in read_events(raw)]
    return {"entries": shown, "size": drawn.size, "root": drawn.root.hex()}


@blueprint.route("/alerts", methods=["GET"])
@blueprint.response(200, NoticeSchema(many=True))
@refusals(blueprint, s403=_FORBIDDEN)
def get_alerts() -> list[dict[str, Any]]:
    """What an auditor should look at, each with the numbers of the entries that it rests on."""
    kept = _reading(ReadAction.ALERTS, {})
    return [
        {"kind": n.kind.value, "about": n.about, "message": n.message, "entries": list(n.numbers)}
        for n in notice(kept, Thresholds())
    ]


def _reading(action: ReadAction, search: dict[str, Any]) -> KeptLog:
    """The log, once it is logged that it is read."""
    kept = kept_log(hub())
    _note(kept, action, search)
    return kept


def _note(kept: KeptLog, action: ReadAction, search: dict[str, Any]) -> None:
    who = principal()
    note(kept, Reader(who.user, who.organisation, who.role.value), action, search)


@contextmanager
def _or_unknown() -> Iterator[None]:
    try:
        yield
    except NotInLogError:
        raise UnknownQuestionError(
            "The log says nothing of this.", remedy="Look the number up in the entries; it was logged."
        ) from None


def _criteria(query: dict[str, Any]) -> Criteria:
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


def _search(query: dict[str, Any]) -> dict[str, Any]:
    """What is looked for, as the log commits to it."""
    search = {name: v.isoformat() if isinstance(v, date) else v for name, v in query.items()}
    person = search.pop("actor", None)
    return search if person is None else {**search, PERSON: person}


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _shown(view: View, found: Found) -> dict[str, Any]:
    return {
        "number": found.number,
        "entry": json.loads(encode(found.event)),
        "says": say_event(found.event),
        "actor": name_of(view, found),
    }
