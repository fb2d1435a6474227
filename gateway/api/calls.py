"""Authentication of member nodes by the signature of each call (RFC 9421). Replies are signed as well."""

from collections.abc import Callable
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from flask import Response, g, request

from audit.formats.note import Signer, Verifier
from audit.formats.vkey import VerifierKey
from gateway.api.services import hub
from gateway.http.signatures import (
    Call,
    ClockError,
    Here,
    Reply,
    Signed,
    UnsignedError,
    asked_for,
    key_id,
    sign_reply,
    verify_call,
)
from gateway.hub.errors import NotAuthenticatedError
from gateway.hub.ports import Notes
from gateway.wire.enrolment import Enrolment

P = ParamSpec("P")
R = TypeVar("R")


def for_members(view: Callable[P, R]) -> Callable[P, R]:
    """Require an enrolled member's signature for the view; `enrolment()` is the calling member.

    Raises NotAuthenticatedError, or ReplayedError for a repeated call.
    """

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        _recognise()
        with hub().store.notes() as notes:
            first_time(notes)
        return view(*args, **kwargs)

    return wrapped


def for_members_once(view: Callable[P, R]) -> Callable[P, R]:
    """As `for_members`, for a view that itself calls `first_time` in the transaction that keeps the call."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        _recognise()
        return view(*args, **kwargs)

    return wrapped


def first_time(notes: Notes) -> None:
    """Raise ReplayedError when the present call is a repetition."""
    signed = g.signed
    assert isinstance(signed, Signed)  # noqa: S101 - put there by for_members
    notes.first_time(signed.key_id, signed.nonce, until=signed.until, now=hub().clock.now())


def _recognise() -> None:
    with hub().store.reading() as state:
        enrolled = {_name(e.call_key): e for e in state.enrolments()}
    g.signed = _verified(
        lambda named: Verifier.parse(enrolled[named].call_key) if named in enrolled else None
    )
    g.caller = enrolled[g.signed.key_id]
    g.compared = _compared(g.caller)


@lru_cache(maxsize=256)
def _name(call_key: str) -> str:
    """Return the name of the key in signatures: the same with every call."""
    return key_id(VerifierKey.parse(call_key))


def enrolment() -> Enrolment:
    caller = g.caller
    assert isinstance(caller, Enrolment)  # noqa: S101 - put there by for_members
    return caller


def taken(find: Callable[[str], Verifier | None]) -> Signed:
    """Return the signature of this request, once. Raises NotAuthenticatedError or ReplayedError."""
    g.signed = signed = _verified(find)
    with hub().store.notes() as notes:
        first_time(notes)
    return signed


def _verified(find: Callable[[str], Verifier | None]) -> Signed:
    try:
        return verify_call(_call(), request.get_data(), find, _here())
    except ClockError as error:
        raise NotAuthenticatedError(error.message, remedy=error.remedy) from None
    except UnsignedError:
        raise NotAuthenticatedError(
            "The call is not signed with the key of an enrolled member.",
            remedy="Enrol the node; if it was enrolled, its keys may have been replaced or revoked.",
        ) from None


def signed_reply(response: Response) -> Response:
    """Return the response with the hub's signature. A call without a signature cannot be bound to a reply."""
    if "Signature" not in request.headers:
        return response
    response.direct_passthrough = False
    if response.status_code == HTTPStatus.NO_CONTENT:  # what the server would drop must not be signed
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
    body = response.get_data()
    headers = {"Content-Type": response.headers["Content-Type"]} if "Content-Type" in response.headers else {}
    reply = Reply(response.status_code, headers, _call())
    sign_reply(reply, body, _signer(), _here())
    for name in ("Content-Digest", "Signature-Input", "Signature"):
        response.headers[name] = headers[name]
    return response


def _signer() -> Signer:
    """Return a signer with a key that the caller knows, while keys are being changed.

    The caller asks for a key; for an older node that asks for none, the key compared at enrolment is used.
    """
    signers, now = hub().reply_signers, hub().clock.now()
    wanted = asked_for(request.headers.get("Accept-Signature", ""))
    asked = (signer for signer in signers.valid(now) if key_id(signer.key) == wanted)
    return next(asked, None) or g.get("compared") or signers.present


def _compared(member: Enrolment) -> Signer | None:
    """Looked up with the call, not with the reply: that must not need a database."""
    signers = hub().reply_signers
    if not signers.former or asked_for(request.headers.get("Accept-Signature", "")) is not None:
        return None
    with hub().store.reading() as view:
        return signers.compared(view.admissions.enrolled_by(member.member), hub().clock.now())


def _call() -> Call:
    """Return the call as sent: signatures are over addresses in ASCII, which Flask has decoded."""
    path = quote(request.path, safe="/:@!$&'()*+,;=~")
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return Call(request.method, f"{request.host_url.rstrip('/')}{path}{query}", dict(request.headers))


def _here() -> Here:
    return Here(hub().log.origin, hub().clock.now())
