"""What a controller says of one load in a form: how few rows may count, and what the file is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from gateway.member.register.missing_cases import LoadedAs
from gateway.wire.rows_counted import STEPS

LEAST, LOADED_AS = "least_counted", "loaded_as"


@dataclass(frozen=True)
class Missing:
    """Known cases that a register lacks, and the years of which it lacks all."""

    missing: int
    known: int
    years: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """What a checked upload asks before it is loaded.

    `tables`: those with too few rows that count; `least` of them were demanded, and `steps` can be demanded
    instead. `missing`: many known cases, None where few or none are missing.
    """

    tables: tuple[str, ...]
    least: int
    steps: tuple[int, ...]
    missing: Missing | None
    can_be_added: bool
    says_the_same: bool

    @property
    def anything(self) -> bool:
        """Whether the upload asks anything."""
        return bool(self.tables) or self.missing is not None


def complete(noted: Mapping[str, Any]) -> bool:
    """Whether the notes of a check say everything that is asked."""
    return {"too_few", LEAST, "share", "missing", "can_be_added", "says_the_same"} <= noted.keys()


def asked(noted: Mapping[str, Any]) -> Asked:
    """What the notes of a check ask."""
    found = noted["missing"]
    missing = None if found is None else Missing(found["missing"], found["known"], tuple(found["years"]))
    least, reached = noted["least_counted"], noted["share"]
    steps = tuple(step for step in STEPS if step <= reached and step < least)
    return Asked(
        tuple(noted["too_few"]), least, steps, missing, noted["can_be_added"], noted["says_the_same"]
    )


def chosen() -> dict[str, Any]:
    """What was chosen in the form that is being sent; anything else is as if nothing had been chosen."""
    least, loaded_as = request.form.get(LEAST, ""), request.form.get(LOADED_AS, "")
    found: dict[str, Any] = {}
    if least in map(str, STEPS):
        found[LEAST] = int(least)
    if loaded_as in set(LoadedAs):
        found[LOADED_AS] = loaded_as
    return found


def unanswered(question: Asked, choices: Mapping[str, Any]) -> str:
    """What is still to be said before the upload can be loaded; "" for nothing."""
    if question.tables and choices.get(LEAST) not in question.steps:
        return _("Say how many rows must count, or correct the mapping or the register.")
    if question.missing is not None and choices.get(LOADED_AS) in {None, LoadedAs.UNSAID}:
        return _("Say whether the file adds to the register or replaces it.")
    return ""
