"""Refusals in the OpenAPI description: each is a problem (RFC 9457)."""

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
    """Describe the common refusals of every operation, and `further` ones: `s404="no such question"`."""
    described = {**ALWAYS, **{int(status[1:]): why for status, why in further.items()}}
    # All at once: a decorator for each would copy what is described so far each time.
    responses = {
        str(status): {
            "description": why,
            "content": {"application/problem+json": {"schema": ProblemSchema}},
        }
        for status, why in described.items()
    }

    def describe(view: V) -> V:
        documented: V = blueprint.doc(responses=responses)(view)
        return documented

    return describe
