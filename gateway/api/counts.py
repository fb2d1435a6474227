"""Counting once: started and followed by people, carried by the members' calls."""

from typing import Any

from flask_smorest import Blueprint

from audit.encoding import parse_base64, to_base64
from audit.errors import AuditError
from gateway.api.calls import enrolment, for_members, signed_reply
from gateway.api.count_schemas import (
    CountCallsSchema,
    CountSchema,
    EntriesSchema,
    PieceSchema,
    SeenSchema,
    ShownCountSchema,
    StepSchema,
    WantedSchema,
)
from gateway.api.describe import refusals
from gateway.api.federation import SIGNED
from gateway.api.services import hub
from gateway.hub.count_model import CountRun, turns
from gateway.hub.count_rounds import calls_for, entries_of, progress, receive_piece, receive_step, result
from gateway.hub.counting_once import begin
from gateway.hub.errors import AnswerRefusedError, UnknownQuestionError
from gateway.hub.ports import View
from gateway.wire.count_calls import PIECE_BYTES, Step

people = Blueprint(
    "counts", __name__, url_prefix="/api/v1/counts", description="Distinct people, counted over all members"
)
members = Blueprint(
    "count-rounds",
    __name__,
    url_prefix="/federation/v1/counts",
    description="For member nodes that take part in counting once",
)
members.after_request(signed_reply)


@people.route("", methods=["POST"])
@people.arguments(CountSchema)
@people.response(202, ShownCountSchema)
@refusals(
    people,
    s403="not this person's duty; logged",
    s409="the epoch was counted before, or the region has too few members",
)
def post_count(body: dict[str, Any]) -> dict[str, Any]:
    """Begin a run for an epoch: logged, and put to every member, whose controller has to give leave."""
    begin(
        hub(),
        body["epoch"],
        body["kind"],
        size=body["size"],
        threshold=body["threshold"],
        by_calls=True,
    )
    with hub().store.reading() as view:
        return shown(view, _of_epoch(view, body["epoch"]))


@people.route("", methods=["GET"])
@people.response(200, ShownCountSchema(many=True))
@refusals(people, s403="not this person's duty; logged")
def get_counts() -> list[dict[str, Any]]:
    """Every run, the newest first: how far it has come, for whom it waits, and its result."""
    with hub().store.reading() as view:
        return [shown(view, run) for run in view.counts.runs()]


@people.route("/<epoch>", methods=["GET"])
@people.response(200, ShownCountSchema)
@refusals(people, s403="not this person's duty; logged", s404="there is no run for this epoch")
def get_count(epoch: str) -> dict[str, Any]:
    """One run."""
    with hub().store.reading() as view:
        return shown(view, _of_epoch(view, epoch))


def shown(view: View, run: CountRun) -> dict[str, Any]:
    """A run as people see it. The number is there only where the rule let it out."""
    done = progress(view, run)
    waits = (
        {} if run.state.value != "open" else turns(run.event.members, {Step(s): m for s, m in done.items()})
    )
    return {
        "run": run.id,
        "epoch": run.event.epoch,
        "kind": run.event.kind,
        "size": run.event.size,
        "threshold": run.event.threshold,
        "members": list(run.event.members),
        "begun_at": run.event.at.isoformat(),
        "state": run.state.value,
        "done": done,
        "waits_for": {member: step.value for member, step in waits.items()},
        "people": result(view, run),
    }


def _of_epoch(view: View, epoch: str) -> CountRun:
    for run in view.counts.runs():
        if run.event.epoch == epoch:
            return run
    raise UnknownQuestionError("There is no run for this epoch.")


@members.route("", methods=["POST"])
@members.doc(security=SIGNED)
@for_members
@members.arguments(SeenSchema)
@members.response(200, CountCallsSchema)
@refusals(members, s409="the member has seen more of the log than there is")
def post_runs(body: dict[str, Any]) -> dict[str, Any]:
    """The open runs that the member takes part in, each with what was done so far."""
    return calls_for(hub(), enrolment(), body["seen_size"]).as_json()


@members.route("/<run_id>/entries", methods=["POST"])
@members.doc(security=SIGNED)
@for_members
@members.arguments(WantedSchema)
@members.response(200, EntriesSchema)
@refusals(members, s404="there is no such list, or the member takes no part")
def post_wanted(body: dict[str, Any], run_id: str) -> dict[str, Any]:
    """A piece of a list that a member handed in."""
    data = entries_of(hub(), enrolment(), run_id, body["member"], Step(body["step"]))
    start = body["start"]
    return {"bytes": len(data), "data": to_base64(data[start : start + PIECE_BYTES])}


@members.route("/<run_id>/pieces", methods=["POST"])
@members.doc(security=SIGNED)
@for_members
@members.arguments(PieceSchema)
@members.response(204)
@refusals(members, s404="the member takes no part")
def post_piece(body: dict[str, Any], run_id: str) -> None:
    """A piece of a list that the member is about to hand in."""
    try:
        data = parse_base64(body["data"], "piece of a list")
    except AuditError:
        raise AnswerRefusedError("The piece is not in base64.") from None
    receive_piece(hub(), enrolment(), run_id, Step(body["step"]), start=body["start"], data=data)


@members.route("/<run_id>/steps", methods=["POST"])
@members.doc(security=SIGNED)
@for_members
@members.arguments(StepSchema)
@members.response(204)
@refusals(members, s404="the member takes no part", s409="taken before: the first one stands")
def post_step(body: dict[str, Any], run_id: str) -> None:
    """A signed step, after the pieces of its list."""
    receive_step(hub(), enrolment(), run_id, Step(body["step"]), body["note"])
