"""The search schedule of each kind of table: one function chooses it, and its stages only ever widen."""

from dataclasses import FrozenInstanceError, fields
from types import SimpleNamespace

import pytest

from anonymisers.suppression.strategies.search_schedule import NOTHING_MORE, TUNING, Stages, schedule_for
from anonymisers.tables.rules import Rules

SMALL, MEDIUM, LARGE = 2_500, 10_000, 10_001
ZERO_POSSIBLE = {"expects_least": False}


def pattern(people, *, full=True, **rules):
    """Return a stand-in for a pattern: so many inner cells with people, with a full table or without."""
    tables = [(), (0,), (1,), (0, 1)] if full else [(), (0,), (1,)]
    block = SimpleNamespace(lattice=SimpleNamespace(tables=tables))
    system = SimpleNamespace(dims=(None, None), blocks=(block,))
    return SimpleNamespace(rules=Rules(**rules), people=SimpleNamespace(counts=range(people)), system=system)


@pytest.mark.parametrize(
    ("case", "stages", "empty_share"),
    [
        (pattern(SMALL), TUNING.small, 1.0),
        (pattern(SMALL, zeros="publish"), TUNING.small, 0.0),
        (pattern(MEDIUM, zeros="publish", **ZERO_POSSIBLE), TUNING.medium_zeros_published, 0.0),
        (pattern(MEDIUM, zeros="publish"), TUNING.medium_known_positive, 0.0),
        (pattern(MEDIUM), TUNING.medium_zeros_suppressed, 0.0),
        (pattern(MEDIUM, zeros="protect"), TUNING.among_all, 1.0),
        (pattern(MEDIUM, full=False), TUNING.among_all, 1.0),
        (pattern(LARGE), TUNING.among_people, 0.0),
        (pattern(LARGE, zeros="publish", **ZERO_POSSIBLE), TUNING.among_people, 0.0),
        (pattern(LARGE, full=False, zeros="publish"), TUNING.among_people, 0.0),
        (pattern(LARGE, zeros="protect"), TUNING.among_all, 1.0),
    ],
)
def test_size_and_zeros_choose_the_stages(case, stages, empty_share):
    schedule = schedule_for(case, after_cutting_planes=False, linked=False)

    assert schedule.stages == stages
    assert schedule.empty_share == empty_share
    assert schedule.compares_amounts is (len(case.people.counts) <= SMALL)


def test_cutting_planes_leave_a_schedule_of_their_own():
    schedule = schedule_for(pattern(SMALL), after_cutting_planes=True, linked=False)

    assert schedule.stages == TUNING.after_cutting_planes
    assert schedule.empty_share == TUNING.empty_share


@pytest.mark.parametrize("people", [SMALL, MEDIUM, LARGE])
def test_linked_tables_have_the_same_two_stages_at_every_size(people):
    assert schedule_for(pattern(people), after_cutting_planes=False, linked=True).stages == TUNING.linked


EVERY = {f.name: getattr(TUNING, f.name) for f in fields(TUNING) if f.type in (Stages, "Stages")}


@pytest.mark.parametrize("stages", EVERY.values(), ids=EVERY)
def test_stages_only_widen_and_the_last_has_no_cap(stages):
    sizes, caps = zip(*stages, strict=True)

    assert list(sizes) == sorted(sizes)
    assert list(caps[:-1]) == sorted(caps[:-1])
    assert caps[-1] is None
    assert min(caps[:-1]) >= NOTHING_MORE


def test_tuning_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        TUNING.free_size = 1  # type: ignore[misc]
