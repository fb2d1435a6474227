"""Refusals in the OpenAPI description: each is a problem (RFC 9457)."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flask import Flask

from gateway.api.blueprint import Blueprint
from gateway.api.describing.deprecations import DEPRECATED, Deprecated
from gateway.api.describing.links import link
from gateway.api.schemas import ProblemSchema

_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
"""A parameter in a rule of Flask."""
_NUMBER = re.compile(r"_\d+$")
"""What flask-smorest appends to the name of a view at a further address."""

V = TypeVar("V", bound=Callable[..., object])

SERVERS = [{"url": "/", "description": "the one that this description was read from"}]
EXAMPLES: Mapping[str, object] = {
    "question_id": "q-70fb82e60bc167085dfe7549",
    "number": 1,
    "ending": "csv",
    "table_id": "accidents.casualties",
    "level": "province",
    "kind": "dataflow",
    "context": "dataflow",
    "agency": "SAFELANE",
    "artefact": "ACCIDENTS_CASUALTIES",
    "version": "1.0",
    "key": "KH+TH",
}
"""Of parameters in addresses."""
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

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


def body_schema(media_type: str) -> dict[str, str]:
    """The schema of a body of which nothing but the media type is described here."""
    if media_type.endswith("json"):
        return {"type": "object"}
    if media_type.startswith("text/") or media_type.endswith(("+csv", "+xml")):
        return {"type": "string"}
    return {"type": "string", "format": "binary"}


def sent_as(blueprint: Blueprint, said: str, media_types: Iterable[str], **further: str) -> Callable[[V], V]:
    """Describe what an operation sends, in one of several media types; `further` answers: `s304="why"`."""
    content = {
        name: {"schema": body_schema(name)} for name in (each.partition(";")[0] for each in media_types)
    }
    others = {status[1:]: {"description": why} for status, why in further.items()}

    def describe(view: V) -> V:
        documented: V = blueprint.doc(responses={"200": {"description": said, "content": content}, **others})(
            view
        )
        return documented

    return describe


def completed(app: Flask, description: dict[str, Any]) -> dict[str, Any]:
    """Return a description with names of operations, examples of what stands in addresses, and deprecations.

    The error that the library describes for everything else is a problem too.
    """
    paths = _named_operations(app, description["paths"])
    for path, described in paths.items():
        for parameter in described.get("parameters", ()):
            if parameter["name"] in EXAMPLES:
                parameter["example"] = EXAMPLES[parameter["name"]]
        for method in described:
            if (found := _deprecated(path, method)) is not None:
                instead = (
                    f"Deprecated since {found.since.date()}; served until {found.sunset.date()} at least"
                )
                described[method] |= {
                    "deprecated": True,
                    "description": f"{instead}. Instead: {found.instead}.",
                }
    link(paths)
    components = description["components"]
    for unused in ("Error", "PaginationMetadata"):
        components["schemas"].pop(unused, None)
    components["responses"] = {
        name: {**response, "content": PROBLEM} if name == "DEFAULT_ERROR" else response
        for name, response in components["responses"].items()
    }
    return {**description, "servers": SERVERS, "paths": paths}


def _deprecated(path: str, method: str) -> Deprecated | None:
    """Addresses that are deprecated have no parameters, so that rule and path are the same."""
    return DEPRECATED.get(f"{method.upper()} {path}")


def _named_operations(app: Flask, paths: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the paths of a description with a name for each operation, for clients made from it.

    An operation is named as its view is. Where a view has several addresses, what the address takes last
    follows in the further ones.
    """
    made = {path: dict(described) for path, described in paths.items()}
    named: set[str] = set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (len(rule.arguments), rule.rule)):
        described = made.get(_PARAMETER.sub(r"{\1}", rule.rule), {})
        view = _NUMBER.sub("", rule.endpoint.rpartition(".")[2])
        for method in described.keys() & {method.lower() for method in rule.methods or ()}:
            last = rule.rule.rpartition("<")[2].partition(">")[0].rpartition(":")[2]
            name = f"{view}_by_{last}" if view in named else view
            named.add(name)
            described[method] = {"operationId": name, **described[method]}
    return made
