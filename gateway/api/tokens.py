"""Bearer tokens (RFC 6750): who is asking."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from gateway.api.services import hub
from gateway.hub.errors import NotAuthenticatedError
from gateway.hub.model import Principal
from gateway.hub.ports import View
from gateway.keys.tokens import token_hash

P = ParamSpec("P")
R = TypeVar("R")


def for_people(view: Callable[P, R]) -> Callable[P, R]:
    """The view needs a person's or program's token; `principal()` is who it is."""
    return _guarded(view, lambda state, token: state.principal(token))


def _guarded(view: Callable[P, R], find: Callable[[View, str], Principal | None]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        hashed = token_hash(_bearer())
        with hub().store.reading() as state:
            found = find(state, hashed)
        if found is None:
            raise NotAuthenticatedError(
                "The token is not known here.", remedy="Check that it is complete and belongs to this hub."
            )
        g.caller = found
        return view(*args, **kwargs)

    return guarded


def principal() -> Principal:
    caller = g.caller
    assert isinstance(caller, Principal)  # noqa: S101 - put there by for_people
    return caller


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticatedError(
            "This address needs a token.", remedy="Send the header 'Authorization: Bearer <your token>'."
        )
    return token.strip()
