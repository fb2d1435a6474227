"""Auditors read the log with names at hand: find, explain, sample, alerts, dossiers; each is logged."""

import json
from itertools import islice
from typing import Any

from marshmallow import RAISE

from audit.events.event_values import ReadAction
from audit.events.search import read_events
from audit.log.checked_reading import damaged_in
from gateway.api.audit_reading import criteria_of, noted, or_unknown, reading, replayed, search_of, shown
from gateway.api.audit_schemas import (
    DossierSchema,
    FoundSchema,
    LogStatusSchema,
    NoticeSchema,
    ReplaySchema,
    SampledSchema,
    SampleSchema,
    SearchSchema,
    StorySchema,
)
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.services import audited
from gateway.auditing.entry_search import Span, entries_of, find, whole
from gateway.auditing.explanation import dossier, explain
from gateway.auditing.log_status import log_status
from gateway.auditing.sampling import draw
from gateway.hub.errors import UnknownQuestionError

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
    """Matching entries, oldest first, a page at a time; also by the name of a person."""
    criteria = criteria_of(query)
    kept = reading(ReadAction.LIST, search_of(query))
    with kept.store.reading() as view:
        size = whole(view).end
        hits = find(kept, view, criteria, query.get("actor"), Span(query["start"], size))
        page = list(islice(hits, query["limit"] + 1))
        said = [shown(view, found) for found in page[: query["limit"]]]
        left_out = list(damaged_in(view.log))
    more = page[-1].number if len(page) > len(said) else None
    return {"entries": said, "size": size, "next": more, "damaged": left_out}


@blueprint.route("/explanations/<what>", methods=["GET"])
@blueprint.response(200, StorySchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log says nothing of it")
def get_explanation(what: str) -> dict[str, Any]:
    """A question, or an entry by its number, as a story: people, content, reasons, outcome and proofs."""
    kept = reading(ReadAction.EXPLAIN, {"what": what})
    with or_unknown():
        return {"lines": explain(kept, what)}


@blueprint.route("/dossiers/<question_id>", methods=["GET"])
@blueprint.response(200, DossierSchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log says nothing of it")
def get_dossier(question_id: str) -> dict[str, Any]:
    """Every entry about a question with its proof, members' too: `python -m audit` checks them offline."""
    kept = reading(ReadAction.DOSSIER, {"question": question_id})
    with or_unknown():
        made: dict[str, Any] = json.loads(str(dossier(kept, question_id)))
        return made


@blueprint.route("/sample", methods=["GET"])
@blueprint.arguments(SampleSchema, location="query", unknown=RAISE)
@blueprint.response(200, SampledSchema)
@refusals(blueprint, s403=_FORBIDDEN, s404="the log has not that many entries")
def get_sample(query: dict[str, Any]) -> dict[str, Any]:
    """Random entries, determined by the root of the log, so that nobody can choose the sample."""
    kept = audited().kept
    with kept.store.reading() as view, or_unknown():
        drawn = draw(kept, view, query["count"], size=query.get("size"), seed=query["seed"])
        # The checkpoint is taken first: the entry about this reading must not change the sample.
        noted(kept, ReadAction.SAMPLE, {**query, "size": drawn.size})
        raw = list(entries_of(view.log, drawn.numbers))
        said = [shown(view, found) for found in read_events(raw)]
        left_out = list(damaged_in(view.log))
    return {"entries": said, "size": drawn.size, "root": drawn.root.hex(), "damaged": left_out}


@blueprint.route("/alerts", methods=["GET"])
@blueprint.response(200, NoticeSchema(many=True))
@refusals(blueprint, s403=_FORBIDDEN)
def get_alerts() -> list[dict[str, Any]]:
    """Notices for an auditor, each with the numbers of the entries as grounds."""
    kept = reading(ReadAction.ALERTS, {})
    return [
        {
            "kind": n.kind.value,
            "about": n.about,
            "message": n.message,
            "entries": list(n.numbers),
            "explained": None if explained is None else explained.number,
        }
        for n, explained in sorted(audited().board.current(kept).alerts, key=lambda each: each[0].numbers)
    ]


@blueprint.route("/replays/<int:number>", methods=["GET"])
@blueprint.response(200, ReplaySchema)
@refusals(
    blueprint,
    s403=_FORBIDDEN,
    s404="the log has no such entry, or it is no decision",
    s409="what the decision rests on was erased, or can no longer be read",
)
def get_replay(number: int) -> dict[str, Any]:
    """Replay the decision of an entry with the rules then in force: no differences if all is well."""
    kept = reading(ReadAction.REPLAY, {"entry": number})
    with or_unknown():
        again = replayed(kept, number)
    return {name: list(getattr(again, name)) for name in ("differences", "unchecked", "changed")}


@blueprint.route("/log-status", methods=["GET"])
@blueprint.response(200, LogStatusSchema)
@refusals(blueprint, s403=_FORBIDDEN)
def get_log_status() -> dict[str, Any]:
    """The log's latest checkpoint, and the last checkpoint cosigned by each witness, with the time."""
    found = log_status(audited().kept)
    if found is None:
        raise UnknownQuestionError("The log has no checkpoint yet.", remedy="Wait for its first entry.")
    return {**vars(found), "witnesses": [vars(each) for each in found.witness_statuses]}
