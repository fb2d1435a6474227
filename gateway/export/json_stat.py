"""Observations as JSON-stat 2.0 (https://json-stat.org/full/), a format of statistical offices.

Clients of the format drop `status`, and with it why a number is missing. So the last dimension, `contents`,
has for each cell its value, the ends of its range, and the reason for a missing number as a number.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, product
from typing import Any

from gateway.dictionary.model import CALENDARS, COUNTRY
from gateway.export.observations import REASONS, Observations, Selection
from gateway.picturing.notices.coarser_tables import sentences
from gateway.picturing.words import capital, msgid
from gateway.wire.cells import MEANINGS, Cell
from gateway.wire.release import Release

CONTENTS = "contents"
FACTS = ("value", "at_least", "at_most", "reason")
"""The codes of `contents`."""
IMPOSSIBLE, IMPOSSIBLE_REASON = "not-applicable", 5
"""A combination of codes that is no cell, such as a province of another country: the format has them all."""


def to_json_stat(observations: Observations) -> str:
    """Return the text of a dataset of class `dataset`. Raises ValueError for totals alone."""
    return json.dumps(dataset(observations), ensure_ascii=False, separators=(",", ":"))


def dataset(observations: Observations, chosen: Collection[str] = FACTS) -> dict[str, Any]:
    """Return a dataset with the `chosen` of FACTS. Raises ValueError for totals alone: they fill no cross.

    `status` names the status of each value of a cell without a number; its words are explained in
    `extension.status`, the numbers of `contents` = `reason` in `extension.reason`.
    """
    if observations.selection is Selection.TOTALS:
        raise ValueError("totals alone are no cross of codes")
    release, labels = observations.release, observations.labels
    contents = {name: label for name, label in _contents(observations).items() if name in chosen}
    wanted = [place for place, name in enumerate(FACTS) if name in chosen]
    by_key = {cell.key: cell for cell in observations.cells}
    cross = [*map(by_key.get, product(*(axis.codes for axis in observations.axes)))]
    numbers: Iterable[Sequence[int | None]] = map(_numbers, cross)
    if len(wanted) < len(FACTS):
        numbers = ([each[place] for place in wanted] for each in numbers)
    values = [*chain.from_iterable(numbers)]
    width = len(contents)
    status = {
        str(place): word
        for start, word in zip(range(0, len(values), width), map(_blank, cross), strict=True)
        if word
        for place in range(start, start + width)
    }
    dimensions = {
        axis.level: {
            "label": capital(labels.level(axis.level)),
            "category": {
                "index": list(axis.codes),
                "label": {code: labels.code(axis.level, code) for code in axis.codes},
            },
        }
        for axis in observations.axes
    }
    dimensions[CONTENTS] = {
        "label": capital(labels.words.say(msgid("contents"))),
        "category": {"index": list(contents), "label": contents},
    }
    return {
        "version": "2.0",
        "class": "dataset",
        "label": labels.caption(release),
        **({"note": list(counted)} if (counted := sentences(release, labels)) else {}),
        "updated": release.released_at,
        "id": [*(axis.level for axis in observations.axes), CONTENTS],
        "size": [*(len(axis.codes) for axis in observations.axes), len(contents)],
        "role": _roles(observations),
        "dimension": dimensions,
        "value": values,
        **({"status": status} if status else {}),
        "extension": _extension(release),
    }


def _contents(observations: Observations) -> dict[str, str]:
    say = observations.labels.words.say
    return {
        "value": capital(observations.labels.measure(observations.release)),
        "at_least": say(msgid("at least")),
        "at_most": say(msgid("at most")),
        "reason": say(msgid("why there is no number")),
    }


_IMPOSSIBLE_NUMBERS = (None, None, None, IMPOSSIBLE_REASON)


def _numbers(cell: Cell | None) -> tuple[int | None, ...]:
    if cell is None:
        return _IMPOSSIBLE_NUMBERS
    return cell.value, cell.at_least, cell.at_most, REASONS[cell.status]


def _blank(cell: Cell | None) -> str:
    """Why there is no number; empty where there is one."""
    if cell is None:
        return IMPOSSIBLE
    return "" if cell.value is not None else cell.status.value


def _roles(observations: Observations) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"metric": [CONTENTS]}
    for axis in observations.axes:
        level = observations.dictionary.levels.get(axis.level)
        dimension = "" if level is None else level.dimension
        if dimension in CALENDARS:
            found.setdefault("time", []).append(axis.level)
        elif axis.level == COUNTRY or dimension == "place":
            found.setdefault("geo", []).append(axis.level)
    return found


def _extension(release: Release) -> dict[str, Any]:
    return {
        "question": release.question_id,
        "release": release.number,
        "status": {status.value: meaning for status, meaning in MEANINGS.items()}
        | {IMPOSSIBLE: "there is no such combination of codes"},
        "reason": {str(number): status.value for status, number in REASONS.items()}
        | {str(IMPOSSIBLE_REASON): IMPOSSIBLE},
    }
