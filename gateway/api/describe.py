"""What the OpenAPI description says of refusals: every one is a problem (RFC 9457)."""

from collections.abc import Callable
from typing import TypeVar

from flask_smorest import Blueprint

from gateway.api.schemas import ProblemSchema

V = TypeVar("V", bound=Callable[..., object])

ALWAYS = {
    400: "the body is not JSON, or a value holds a character that no database keeps",
    401: "no token, or one that is not known here",
    413: "the body is too large",
    415: "the body is not declared as JSON",
    422: "a field or a word is wrong; `faults` names it",
    429: "too many requests from one address",
    503: "the database does not answer; nothing was changed",
}


def refusals(blueprint: Blueprint, **further: str) -> Callable[[V], V]:
    """Describe the refusals that every operation knows, and `further` ones: `s404="no such question"`."""
    described = {**ALWAYS, **{int(status[1:]): why for status, why in further.items()}}

    def describe(view: V) -> V:
        for status, why in described.items():
            view = blueprint.alt_response(
                status, schema=ProblemSchema, description=why, content_type="application/problem+json"
            )(view)
        return view

    return describe
