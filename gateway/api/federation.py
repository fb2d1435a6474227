"""Where member nodes call: for questions, and with answers."""

from typing import Any

from flask_smorest import Blueprint

from audit.errors import AuditError
from gateway.api.describe import refusals
from gateway.api.schemas import AnswerSchema, PollResultSchema, PollSchema
from gateway.api.services import hub
from gateway.api.tokens import enrolment, for_members
from gateway.hub.delivering import poll
from gateway.hub.errors import AnswerRefusedError
from gateway.hub.receiving import receive
from gateway.wire.exchange import Poll, signed_answer_from_json

blueprint = Blueprint(
    "federation",
    __name__,
    url_prefix="/federation/v1",
    description="For member nodes, which always call first",
)


@blueprint.route("/poll", methods=["POST"])
@for_members
@blueprint.arguments(PollSchema)
@blueprint.response(200, PollResultSchema)
@refusals(blueprint, s409="the member has seen more of the log")
def post_poll(body: dict[str, Any]) -> dict[str, Any]:
    """The latest checkpoint with its consistency proof, and the questions that wait; a long poll."""
    return poll(hub(), enrolment(), Poll(**body)).as_json()


@blueprint.route("/answers", methods=["POST"])
@for_members
@blueprint.arguments(AnswerSchema)
@blueprint.response(204)
@refusals(
    blueprint,
    s404="the member was not asked",
    s409="answered before: the first answer stands",
    s410="the question is closed",
)
def post_answer(body: dict[str, Any]) -> None:
    """A signed answer with the proof that the member's own log holds it."""
    try:
        sent = signed_answer_from_json(body)
    except (AuditError, ValueError):
        raise AnswerRefusedError("The answer is not in the form of an answer.") from None
    receive(hub(), enrolment(), sent)
