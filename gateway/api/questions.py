"""Asking questions, and reading the questions and their releases."""

import time
from datetime import timedelta
from typing import Any

from flask import request
from marshmallow import RAISE

from audit.formats.encoding import to_base64
from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.schemas import AskedSchema, OutlineSchema, PageSchema, QuestionSchema, WaitSchema
from gateway.api.services import hub
from gateway.hub.absence import offline_since
from gateway.hub.asking import ask
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, Principal
from gateway.hub.ports import View
from gateway.question import parse
from gateway.wire.release import RESULT, Release

blueprint = Blueprint(
    "questions", __name__, url_prefix="/api/v1/questions", description="Regional questions and their releases"
)


@blueprint.route("", methods=["POST"])
@blueprint.arguments(QuestionSchema)
@blueprint.response(202, AskedSchema)
@refusals(blueprint, s403="the person may not ask this")
def post_question(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Ask. The question is logged, then put to the members; follow `Location` for the release."""
    question = parse(hub().dictionary, body)
    within, late = (timedelta(seconds=body[f"{name}_seconds"]) for name in ("deadline", "late"))
    asked = ask(hub(), principal(), question, within, late)
    with hub().store.reading() as view:
        shown = show(view, asked)
    return shown, 202, {"Location": f"/api/v1/questions/{asked.id}"}


@blueprint.route("", methods=["GET"])
@blueprint.arguments(PageSchema, location="query", unknown=RAISE)
@blueprint.response(200, OutlineSchema(many=True))
@refusals(blueprint)
def get_questions(query: dict[str, Any]) -> tuple[list[dict[str, Any]], int, dict[str, str]]:
    """The requester's own questions, newest first, a page at a time; `Link` names the next page."""
    start, end = query["start"], query["start"] + query["limit"]
    with hub().store.reading() as view:
        asked = view.questions_of(principal().user)
    more = {"Link": f'<{request.path}?start={end}&limit={query["limit"]}>; rel="next"'}
    return [_outline(one) for one in asked[start:end]], 200, more if len(asked) > end else {}


@blueprint.route("/<question_id>", methods=["GET"])
@blueprint.arguments(WaitSchema, location="query")
@blueprint.response(200, AskedSchema)
@refusals(blueprint, s404="no such question, or somebody else's")
def get_question(query: dict[str, Any], question_id: str) -> dict[str, Any]:
    """A question's state, and its newest release with the proofs as soon as there is a release.

    The wait also ends when a member begins or ends waiting for a person's approval.
    """
    if query["wait"] > 0:
        _wait_until_moved(question_id, query["after"], query["wait"])
    with hub().store.reading() as view:
        return show(view, _own(view, question_id, principal()))


def _wait_until_moved(question_id: str, number: int, seconds: float) -> None:
    """Wait for more releases than `number`, a change in the members waiting for approval, or the end of the
    time. Raises UnknownQuestionError.

    Every event at the hub wakes every waiting thread: so each thread reads only the awaited values.
    """
    # Taken before looking, so that a release that comes in between is not slept through.
    ticket = hub().notifier.ticket()
    with hub().store.reading() as view:
        asked = _own(view, question_id, principal())
        released, waiting = len(view.releases(asked.id)), view.waiting(asked.id)
    end = time.monotonic() + seconds
    while released <= number and (left := end - time.monotonic()) > 0:
        hub().notifier.wait(ticket, left)
        ticket = hub().notifier.ticket()
        with hub().store.reading() as view:
            released = len(view.releases(question_id))
            if view.waiting(question_id) != waiting:
                return


@blueprint.route("/<question_id>/releases/<int:number>", methods=["GET"])
@blueprint.response(200, AskedSchema)
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_release(question_id: str, number: int) -> dict[str, Any]:
    """An earlier release of a question, with its proofs: the state before late answers arrived."""
    with hub().store.reading() as view:
        asked = _own(view, question_id, principal())
        if not 1 <= number <= len(view.releases(asked.id)):
            raise UnknownQuestionError("There is no such release of the question.")
        return show(view, asked, number)


def _own(view: View, question_id: str, requester: Principal) -> AskedQuestion:
    asked = view.question(question_id)
    if asked is None or asked.user != requester.user:
        raise UnknownQuestionError("There is no such question among yours.")
    return asked


def show(view: View, asked: AskedQuestion, number: int = 0) -> dict[str, Any]:
    """Return a question with its release of this number, or with the newest release."""
    answered, now = view.answers(asked.id), hub().clock.now()
    open_at = [m for m in asked.members if m not in answered]
    away = offline_since(open_at, view.presence(), hub().started, now)
    releases = view.releases(asked.id)
    shown = {
        **_outline(asked),
        "answered": sorted(answered),
        "waiting_for_a_person": view.waiting(asked.id),
        "offline": {member: since and since.isoformat() for member, since in away.items()},
        "expected": open_at if now <= asked.late_until else [],
        "releases": [_listed(kept.release) for kept in releases],
        "asked": _receipt(view, asked.asked_index),
    }
    if releases:
        kept = releases[number - 1]
        shown["release"] = kept.release.as_json()
        shown["released"] = _receipt(view, kept.index)
        opening = view.opening(RESULT, kept.index)
        if opening is not None:
            shown["opening"] = {"label": opening.label, "salt": opening.salt.hex()}
    return shown


def _listed(release: Release) -> dict[str, Any]:
    return {
        "number": release.number,
        "released_at": release.released_at,
        "late": [c.member for c in release.coverage if c.late],
    }


def _outline(asked: AskedQuestion) -> dict[str, Any]:
    return {
        "id": asked.id,
        "state": asked.state.value,
        "members": list(asked.members),
        "asked_at": asked.asked_at.isoformat(),
        "deadline": asked.deadline.isoformat(),
        "late_until": asked.late_until.isoformat(),
    }


def _receipt(view: View, index: int) -> dict[str, str]:
    return {
        "entry": to_base64(hub().log.entry(view.log, index)),
        "proof": str(hub().log.fullest_receipt(view.log, index)),
    }
