"""The addresses that member nodes call, for questions and with answers."""

from collections.abc import Callable
from typing import Any

import structlog

from audit.errors import AuditError
from audit.events.refusal_events import MessageFault
from audit.formats.note import Verifier
from gateway import __version__
from gateway.api.blueprint import Blueprint
from gateway.api.calls import (
    enrolment,
    first_time,
    for_members,
    for_members_once,
    signed_reply,
    taken,
)
from gateway.api.describing.describe import refusals
from gateway.api.schemas import (
    AnswerSchema,
    ApplicationSchema,
    BoundsSchema,
    CallKeysSchema,
    FormerBoundsSchema,
    HelloSchema,
    OwnLogSchema,
    PollResultSchema,
    PollSchema,
    ReturnedLogSchema,
)
from gateway.api.services import hub
from gateway.http.signatures import key_id
from gateway.hub.enrolment import apply, refuse_keys
from gateway.hub.errors import AnswerRefusedError, InvitationRefusedError, KeysRefusedError, TooLateError
from gateway.hub.log_exchange import return_log
from gateway.hub.polling import poll
from gateway.hub.receiving import receive
from gateway.hub.receiving_bounds import receive_bounds
from gateway.hub.reply_keys.key_announcements import announced_keys
from gateway.wire.answer_bounds import AnswerBounds, BoundsFormatError, answer_bounds_from_json
from gateway.wire.enrolment import enrolment_from_json
from gateway.wire.former_bounds import bounds_from_former
from gateway.wire.poll import poll_from_json, signed_answer_from_json
from gateway.wire.possession import check_possession
from gateway.wire.versions import FEATURES, MAJOR, Hello, hello_from_json, unknown_to

log = structlog.get_logger()

SIGNED: list[dict[str, list[str]]] = [{"signature": []}]

blueprint = Blueprint(
    "federation",
    __name__,
    url_prefix="/federation",
    description="For member nodes, which always call first, and sign every call (RFC 9421)",
)
blueprint.after_request(signed_reply)


@blueprint.route("/v2/applications", methods=["POST"])
@blueprint.arguments(ApplicationSchema)
@blueprint.response(204)
@blueprint.doc(security=SIGNED)
@refusals(blueprint, s403="the invitation does not hold")
def post_application(body: dict[str, Any]) -> None:
    """A member shows its invitation and its keys; the call is signed with the new key for calls.

    Nothing is valid before the operator has compared the fingerprint with the member's by voice.
    """
    secret, proof = body.pop("secret"), body.pop("proof")
    try:
        applicant = enrolment_from_json(body)
        verifier = Verifier.parse(applicant.call_key)
    except AuditError:
        raise InvitationRefusedError("The keys are not in the form of verifier keys.") from None
    taken(lambda named: verifier if named == key_id(verifier.key) else None)
    try:
        check_possession(proof, hub().log.origin, applicant)
    except AuditError as error:
        refuse_keys(hub(), secret, applicant, proof, MessageFault.UNPROVED)
        message = f"The application does not prove that its keys are the applicant's: {error}."
        raise KeysRefusedError(message, fault=MessageFault.UNPROVED) from None
    apply(hub(), secret, applicant, proof)


@blueprint.route("/v2/keys", methods=["GET"])
@blueprint.doc(security=[])
@blueprint.response(200, CallKeysSchema)
@refusals(blueprint)
def get_keys() -> dict[str, Any]:
    """The key that signs the hub's replies, and each change of the key with its proof in the log.

    For a node that knows a former key only. Nothing in the reply has to be trusted: proofs and statements are
    signed.
    """
    return announced_keys(hub()).as_json()


@blueprint.route("/v1/hello", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(HelloSchema)
@blueprint.response(200, HelloSchema)
@refusals(blueprint)
def post_hello(body: dict[str, Any]) -> dict[str, Any]:
    """Version and features of each side, in a node's first call; the path is the same in every version."""
    caller = hello_from_json(body)
    lacks = unknown_to(caller)
    if lacks:
        log.info("an older node", member=enrolment().member, software=caller.software, lacks=lacks)
    return Hello(__version__, (MAJOR,), FEATURES).as_json()


@blueprint.route("/v2/poll", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members_once
@blueprint.arguments(PollSchema)
@blueprint.response(200, PollResultSchema)
@refusals(blueprint, s409="one of the two logs does not extend what the other side has seen of it")
def post_poll(body: dict[str, Any]) -> dict[str, Any]:
    """The latest checkpoint with its consistency proof, and the open questions; a long poll."""
    try:
        call = poll_from_json(body)
    except BoundsFormatError as error:
        raise AnswerRefusedError(error.message) from None
    except (AuditError, TypeError, ValueError, AttributeError):
        raise AnswerRefusedError("The poll does not show the member's log in the form of one.") from None
    return poll(hub(), enrolment(), call, first_time).as_json()


@blueprint.route("/v2/own-log", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(OwnLogSchema)
@blueprint.response(200, ReturnedLogSchema)
@refusals(blueprint)
def post_own_log(body: dict[str, Any]) -> dict[str, Any]:
    """What the hub has followed of the caller's own log, for a node restored from a backup of before.

    The caller checks everything by its own keys.
    """
    with hub().store.reading() as view:
        return return_log(view, enrolment(), body["start"]).as_json()


@blueprint.route("/v2/answers", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(AnswerSchema)
@blueprint.response(204)
@refusals(
    blueprint,
    s404="the member was not asked",
    s409="answered before: the first answer stands",
    s410="the question is closed",
    s425="the member's log was not shown so far yet: show it with a poll, and send again",
)
def post_answer(body: dict[str, Any]) -> None:
    """A signed answer with the proof that the member's own log holds the answer."""
    try:
        sent = signed_answer_from_json(body)
    except (AuditError, ValueError):
        raise AnswerRefusedError("The answer is not in the form of an answer.") from None
    receive(hub(), enrolment(), sent)


@blueprint.route("/v2/bounds", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(BoundsSchema)
@blueprint.response(204)
@refusals(blueprint, s404="the member was not asked", s410="the question is closed")
def post_bounds(body: dict[str, Any]) -> None:
    """What each withheld cell of a member's answer can be, before the answer."""
    _keep_bounds(answer_bounds_from_json, body)


@blueprint.route("/v2/offers", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(FormerBoundsSchema)
@blueprint.response(204)
@refusals(blueprint, s404="the member was not asked", s410="the question is closed")
def post_former_bounds(body: dict[str, Any]) -> None:
    """For older nodes only: bounds under their former name and in their former form."""
    _keep_bounds(bounds_from_former, body)


def _keep_bounds(read: Callable[[dict[str, Any]], AnswerBounds], body: dict[str, Any]) -> None:
    try:
        bounds = read(body)
    except BoundsFormatError as error:
        raise AnswerRefusedError(error.message) from None
    receive_bounds(hub(), enrolment(), bounds)


@blueprint.route("/v2/contributions", methods=["POST"])
@blueprint.doc(security=SIGNED)
@for_members
@blueprint.arguments(AnswerSchema)
@blueprint.response(204)
@refusals(blueprint, s410="regional totals are withdrawn")
def post_contribution(body: dict[str, Any]) -> None:  # noqa: ARG001 - whatever an older node gives
    """For older nodes only: nothing is taken, and a signed refusal lets the node go on."""
    raise TooLateError("Regional totals are withdrawn.")
