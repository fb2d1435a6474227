"""The only translation of errors to HTTP: RFC 9457 problems, with a status for each kind of error."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException

from audit.errors import DamagedEntryError
from gateway.accounts import errors as accounts
from gateway.api.describing.problem_types import BLANK, type_of
from gateway.auditing.damage import DamagedError, damaged
from gateway.dictionary import DictionaryError
from gateway.errors import SafelaneError
from gateway.export.dhis2 import MappingError
from gateway.export.sdmx.sdmx_selection import NothingSelectedError
from gateway.hub.errors import (
    AlreadyAnsweredError,
    AnswerRefusedError,
    InvitationRefusedError,
    NoDecisionError,
    NotAuthenticatedError,
    NotPermittedError,
    NotWitnessedError,
    PollRefusedError,
    ReplayedError,
    TooLateError,
    UnknownQuestionError,
)
from gateway.member.errors import NotReplayableError
from gateway.question import QuestionError
from gateway.store.engine.database import StorageError

log = structlog.get_logger()

STATUS: dict[type[SafelaneError], HTTPStatus] = {
    NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    ReplayedError: HTTPStatus.UNAUTHORIZED,
    NotPermittedError: HTTPStatus.FORBIDDEN,
    InvitationRefusedError: HTTPStatus.FORBIDDEN,
    UnknownQuestionError: HTTPStatus.NOT_FOUND,
    NoDecisionError: HTTPStatus.NOT_FOUND,
    NotReplayableError: HTTPStatus.CONFLICT,
    accounts.NotAuthenticatedError: HTTPStatus.UNAUTHORIZED,
    accounts.SignInRefusedError: HTTPStatus.UNAUTHORIZED,
    accounts.PasskeyRefusedError: HTTPStatus.UNAUTHORIZED,
    accounts.IdentityRefusedError: HTTPStatus.UNAUTHORIZED,
    accounts.NotPermittedError: HTTPStatus.FORBIDDEN,
    accounts.NotFreshError: HTTPStatus.FORBIDDEN,
    accounts.StaleFormError: HTTPStatus.FORBIDDEN,
    accounts.UnstorableError: HTTPStatus.BAD_REQUEST,
    accounts.InvitationError: HTTPStatus.FORBIDDEN,
    accounts.UnknownAccountError: HTTPStatus.NOT_FOUND,
    accounts.UnknownAddressError: HTTPStatus.NOT_FOUND,
    accounts.AccountTakenError: HTTPStatus.CONFLICT,
    accounts.AccountError: HTTPStatus.UNPROCESSABLE_ENTITY,
    accounts.BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    NothingSelectedError: HTTPStatus.NOT_FOUND,
    MappingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DictionaryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    AnswerRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    AlreadyAnsweredError: HTTPStatus.CONFLICT,
    NotWitnessedError: HTTPStatus.TOO_EARLY,
    PollRefusedError: HTTPStatus.CONFLICT,
    TooLateError: HTTPStatus.GONE,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    DamagedError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def problem(status: HTTPStatus, detail: str, remedy: str = "", *, kind: str = BLANK, **more: Any) -> Response:
    """Return a response of type application/problem+json. `detail` is written for the requester."""
    body = {"type": kind, "title": status.phrase, "status": status.value, "detail": detail, **more}
    if remedy:
        body["remedy"] = remedy
    response = Response(json.dumps(body), status.value, content_type="application/problem+json")
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install(app: Flask) -> None:
    app.register_error_handler(DamagedEntryError, _damaged)
    app.register_error_handler(SafelaneError, known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def known(error: SafelaneError) -> Response:
    """Return an error of this project as a problem."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.BAD_REQUEST)
    faults = {"faults": list(error.faults)} if isinstance(error, QuestionError) else {}
    return problem(status, error.message, error.remedy, kind=type_of(error), **faults)


def _damaged(error: DamagedEntryError) -> Response:
    return known(damaged([error.number]))


def _http(error: HTTPException) -> Response:
    # webargs hands its messages over in `data`; they name fields, never repeat what was sent.
    messages = getattr(error, "data", {}).get("messages")
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    detail = error.description or status.phrase
    return problem(status, detail, **({"faults": messages} if messages else {}))


def _unknown(error: Exception) -> Response:
    # The exception's text may hold anything: only its kind and place are logged.
    log.error("unexpected", kind=type(error).__name__, path=request.path, exc_info=False)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on this server; no question was changed by it.",
        "Try again; if it happens again, tell the operator the time at which it happened.",
    )
