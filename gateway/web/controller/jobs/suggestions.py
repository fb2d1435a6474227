"""Suggested alternatives to a policy, as rated by a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.web.controller.jobs.preview_shares import instead
from policies.editing.edits import Edit

MOST = 6


@dataclass(frozen=True)
class Suggestion:
    """A variant: the lines that differ, in the words of the document, and the effect.

    `edits` are these lines key by key, to apply the suggestion to a text. `tables`: what changes in the
    tables that the unchanged policy shares, those that lose most people first.
    """

    written: tuple[str, ...]
    edits: tuple[Edit, ...]
    score: float
    shown: int
    withheld: int
    changes: tuple[tuple[str, str], ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Suggestions:
    """`own`: the unchanged policy, None where rating failed; `late`: variants that took too long."""

    tried: int
    late: int
    own: Suggestion | None
    best: tuple[Suggestion, ...]


def suggestions(result: Mapping[str, Any]) -> Suggestions:
    """The result of trying, the best first."""
    own = result["own"]
    return Suggestions(
        tried=result["tried"],
        late=result["late"],
        own=None if own is None else _suggestion(own),
        best=tuple(map(_suggestion, result["best"][:MOST])),
    )


def _suggestion(one: Mapping[str, Any]) -> Suggestion:
    return Suggestion(
        written=tuple(one["written"]),
        edits=tuple(map(_edit, one["edits"])),
        score=one["score"],
        shown=one["cells"] - one["withheld"],
        withheld=one["withheld"],
        changes=tuple((change["direction"], change["sentence"]) for change in one["changes"]),
        tables=instead(one["shares"]),
    )


def _edit(one: Mapping[str, Any]) -> Edit:
    value = one["value"]
    return Edit(one["key"], tuple(value) if isinstance(value, list) else value, one["part"])
