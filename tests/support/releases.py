"""Releases of invented numbers for tests and benchmarks of what is made of them: merged as the hub merges.

They are not protected, only shaped like what is: small numbers are withheld, and their total with them where
they are alone. Nothing that judges protection may use them.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import product

from gateway.dictionary import Dictionary, regional
from gateway.hub.merging import merge
from gateway.question import COUNTRY, Question, ask
from gateway.wire.answer import Answer, AskedEntry, Refusal
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.release import Coverage, Release

WEIGHTS = {"MM": 60.0, "KH": 6.0, "LA": 3.0, "VN": 2.0, "TH": 1.0, "PH": 3.0, "ID": 1.0, "MY": 0.6}
YEARS = tuple(range(2015, 2025))
THRESHOLD = 5

Key = tuple[str, ...]


def made_release(
    *by: str,
    members: Sequence[str] = ("KH", "LA", "MM", "TH", "VN"),
    refusals: Mapping[str, Refusal | None] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    years: Sequence[int] = YEARS,
    seed: int = 1,
    bounded: bool = False,
) -> Release:
    """A release of casualties. `refusals` names members without a table, None for no answer at all."""
    dictionary = regional()
    question = ask(dictionary, measure="casualties", by=by, where=where or {}, purpose="regional-reporting")
    gone = refusals or {}
    rng = random.Random(seed)
    asked = sorted({*members, *gone})
    answers = {
        member: _answer(dictionary, question, member, years, rng)
        if member not in gone
        else _refused(member, gone[member])
        for member in asked
    }
    axes, cells = merge(dictionary, question, answers, _bounds(answers) if bounded else {})
    coverage = tuple(_covered(member, answer) for member, answer in answers.items())
    times = ("2025-01-10T08:00:00Z", "2025-01-10T08:00:04Z")
    return Release(f"q-{seed:024x}", question.as_json(), axes, cells, coverage, *times)


def _answer(
    dictionary: Dictionary, question: Question, member: str, years: Sequence[int], rng: random.Random
) -> Answer:
    levels = question.inside().by
    axes = tuple(
        Axis(level, (*dictionary.codes(level, member=member, years=years), TOTAL)) for level in levels
    )
    inner = [axis.codes[:-1] for axis in axes]
    weights = [[rng.paretovariate(1.2) for _ in codes] for codes in inner]
    counts: dict[Key, int] = {}
    scale = WEIGHTS.get(member, 0.3) * 120 / max(1, len(inner))
    whole = 1.0
    for line in weights:
        whole *= sum(line)
    for at in product(*(range(len(codes)) for codes in inner)):
        share = 1.0
        for line, i in zip(weights, at, strict=True):
            share *= line[i]
        count = round(scale * share / whole * rng.uniform(0.5, 1.5) * 10)
        key = tuple(codes[i] for codes, i in zip(inner, at, strict=True))
        for above in product(*((code, TOTAL) for code in key)):
            counts[above] = counts.get(above, 0) + count
    cells = tuple(_shown(counts.get(key, 0)) for key in product(*(axis.codes for axis in axes)))
    return Answer("q-1", AskedEntry("region/log", 3, "00" * 32), member, "1", "s", "2024-12-31", axes, cells)


def _shown(count: int) -> int | None:
    return None if 0 < count < THRESHOLD else count


def _refused(member: str, refusal: Refusal | None) -> Answer | None:
    if refusal is None:
        return None
    entry = AskedEntry("region/log", 3, "00" * 32)
    return Answer("q-1", entry, member, "1", None, None, (), (), (refusal,))


def _bounds(answers: Mapping[str, Answer | None]) -> dict[str, dict[Key, tuple[int, int | None]]]:
    found: dict[str, dict[Key, tuple[int, int | None]]] = {}
    for member, answer in answers.items():
        if answer is not None:
            keys = product(*(axis.codes for axis in answer.axes))
            pairs = zip(keys, answer.cells, strict=False)
            found[member] = {key: (0, 2 * THRESHOLD) for key, count in pairs if count is None}
    return found


def _covered(member: str, answer: Answer | None) -> Coverage:
    if answer is None:
        return Coverage(member, answered=False)
    if answer.refusals:
        return Coverage(member, answered=False, refusals=answer.refusals, policy=answer.policy)
    return Coverage(
        member,
        answered=True,
        policy=answer.policy,
        snapshot=answer.snapshot,
        snapshot_date=answer.snapshot_date,
    )


__all__ = ["COUNTRY", "YEARS", "made_release"]
