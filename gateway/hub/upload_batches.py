"""Takes the uploads that come with a member's call: each as if it had come with a call of its own."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from gateway.hub.context import Hub
from gateway.hub.errors import (
    AlreadyAnsweredError,
    AnswerRefusedError,
    NotWitnessedError,
    TooLateError,
    UnknownQuestionError,
)
from gateway.hub.receiving import receive
from gateway.hub.receiving_bounds import receive_bounds
from gateway.wire.enrolment import Enrolment
from gateway.wire.upload_batch import UploadBatch

log = structlog.get_logger()

Piece = TypeVar("Piece")


def take(hub: Hub, member: Enrolment, batch: UploadBatch) -> None:
    """Keep every upload that can be kept. An upload that never can be kept is reported in the hub's own log
    of events, not to the member: the member would upload it again. Nor is an upload kept that is proved under
    another checkpoint of the member's log than the one witnessed with this call: the member learns from the
    reply how much of its log the hub has seen, and uploads it again.

    Raises StorageError when an upload could not be kept now: the member uploads the whole batch again.
    """
    for bounds in batch.bounds:
        _take_one(receive_bounds, hub, member, bounds)
    for answer in batch.answers:
        _take_one(receive, hub, member, answer)


def _take_one(
    receiving: Callable[[Hub, Enrolment, Piece], object], hub: Hub, member: Enrolment, piece: Piece
) -> None:
    try:
        receiving(hub, member, piece)
    except NotWitnessedError as error:
        log.info("what a member handed in is not kept yet", member=member.member, reason=error.message)
    except (AlreadyAnsweredError, AnswerRefusedError, TooLateError, UnknownQuestionError) as error:
        log.warning("what a member handed in was not kept", member=member.member, reason=error.message)
