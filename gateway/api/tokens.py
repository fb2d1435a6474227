"""Bearer tokens (RFC 6750): who is asking."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from gateway.api.services import hub
from gateway.hub.errors import NotAuthenticatedError
from gateway.hub.model import Enrolment, Principal
from gateway.keys.tokens import token_hash

P = ParamSpec("P")
R = TypeVar("R")


def for_people(view: Callable[P, R]) -> Callable[P, R]:
    """The view needs a person's or program's token; `principal()` is who it is."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        hashed = token_hash(_bearer())
        with hub().store.reading() as view_of_state:
            found = view_of_state.principal(hashed)
        if found is None:
            raise _unknown_token()
        g.principal = found
        return view(*args, **kwargs)

    return guarded


def for_members(view: Callable[P, R]) -> Callable[P, R]:
    """The view needs a member node's token; `enrolment()` is which member."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        hashed = token_hash(_bearer())
        with hub().store.reading() as view_of_state:
            found = view_of_state.member_of_token(hashed)
        if found is None:
            raise _unknown_token()
        g.enrolment = found
        return view(*args, **kwargs)

    return guarded


def principal() -> Principal:
    found = g.principal
    assert isinstance(found, Principal)  # noqa: S101 - put there by for_people
    return found


def enrolment() -> Enrolment:
    found = g.enrolment
    assert isinstance(found, Enrolment)  # noqa: S101 - put there by for_members
    return found


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticatedError(
            "This address needs a token.", remedy="Send the header 'Authorization: Bearer <your token>'."
        )
    return token.strip()


def _unknown_token() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        "The token is not known here.", remedy="Check that it is complete and belongs to this hub."
    )
