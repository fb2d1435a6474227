"""Bounds in their former form, between sides of which one is older: as offers to regional totals.

Totals of withheld cells were withdrawn, so that nothing is offered in this form, and offers are not read.
"""

from collections.abc import Mapping
from typing import Any

from gateway.wire.answer_bounds import AnswerBounds, BoundsFormatError, answer_bounds_from_json

_FIELDS = {"cells", "consent", "high", "low", "question_id", "threshold"}


def bounds_as_formerly(bounds: AnswerBounds) -> dict[str, Any]:
    """For an older hub."""
    return {
        "cells": [],
        "consent": "",
        "high": list(bounds.most_of),
        "low": list(bounds.least_of),
        "question_id": bounds.question_id,
        "threshold": 0,
    }


def bounds_from_former(data: Mapping[str, Any]) -> AnswerBounds:
    """Of an older node. Raises BoundsFormatError."""
    if set(data) != _FIELDS:
        raise BoundsFormatError("Bounds have fields that they should not have.")
    present = {"at_least": data["low"], "at_most": data["high"], "question_id": data["question_id"]}
    return answer_bounds_from_json(present)
