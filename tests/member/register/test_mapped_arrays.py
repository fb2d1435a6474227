"""Arrays in files: the same rows as in memory, in any order, and no file left behind."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.bootstrap.loading import engine_choice
from gateway.bootstrap.loading.engine_choice import room_in
from gateway.member.model import column, mapped_arrays, ordered_values
from gateway.member.model.column import ascending, counted, looked_up, numbered
from gateway.member.model.mapped_arrays import blocks, chosen, mapped_array, reordered, taken
from gateway.member.model.ordered_values import among, places
from gateway.sources.model.errors import SourceError

TEXT = st.lists(st.sampled_from([0, 1, 7, 255]), max_size=16).map(bytes)
"""Texts alike in their first bytes, with zeros between and behind."""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, rows in (
        (mapped_arrays, "BLOCK", 4),
        (column, "_BLOCK", 5),
        (column, "MANY", 0),
        (column, "_AT_ONCE", 3),
        (ordered_values, "MANY", 0),
        (ordered_values, "BLOCK", 4),
    ):
        monkeypatch.setattr(module, name, rows)


def both(folder: Path, values: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The texts in memory and in a file."""
    held = np.array(values, dtype="S16")
    mapped = mapped_array(folder, len(values), "S16")
    mapped[:] = held
    return held, mapped


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(TEXT, min_size=1, max_size=40), random=st.randoms(use_true_random=False))
@example(values=[b"same"] * 9, random=None)
def test_rows_in_a_file_are_those_in_memory(tmp_path, values, random) -> None:
    held, mapped = both(tmp_path, values)
    order = list(range(len(values)))
    if random is not None:
        random.shuffle(order)
    places, mask = np.array(order), np.array(order) % 3 == 0

    assert reordered(mapped, places).tolist() == held[places].tolist()
    assert chosen(mapped, mask).tolist() == held[mask].tolist()
    assert taken(mapped, np.flatnonzero(mask)).tolist() == held[mask].tolist()
    assert b"".join(block.tobytes() for _, block in blocks(mapped)) == held.tobytes()
    for either in (held, mapped):
        found, again = ascending(either)
        assert held[found].tolist() == sorted(held.tolist())
        assert again.tolist() == [False, *(held[found][1:] == held[found][:-1]).tolist()]
        numbers = numbered(either)
        assert numbers.tolist() == np.unique(held, return_inverse=True)[1].tolist()
    assert counted(numbers).tolist() == np.bincount(numbers).tolist()
    assert looked_up(np.arange(40), numbers).tolist() == numbers.tolist()
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.sets(TEXT, min_size=1, max_size=40), asked=st.lists(TEXT, max_size=20))
def test_values_are_found_among_others(tmp_path, values, asked) -> None:
    """Sorted or not, alike in their first eight bytes or not, in memory or in a file."""
    stripped = {value.rstrip(b"\0") for value in values}  # as numpy keeps them
    held, mapped = both(tmp_path, sorted(stripped))
    sought = np.array([*asked, *list(values)[:5]], dtype="S16")
    expected = [value in stripped for value in sought.tolist()]

    for either in (held, mapped):
        place, there = places(either, sought)
        assert there.tolist() == expected
        assert held[place[there]].tolist() == sought[there].tolist()
        assert among(sought, either).tolist() == expected
    assert among(sought, held[::-1].copy()).tolist() == expected


def test_nothing_is_mapped_of_no_rows(tmp_path) -> None:
    assert len(mapped_array(tmp_path, 0, "S16")) == 0


def test_a_full_disk_is_told_before_a_row_is_read(tmp_path, monkeypatch) -> None:
    """Otherwise the process would be killed when it writes to room that is not there."""

    def full(_file: int, _start: int, _size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(engine_choice, "MOST_IN_MEMORY", 10)

    assert room_in(tmp_path)(10) is None
    with pytest.raises(SourceError, match="no room on the disk"):
        room_in(tmp_path)(11)
    assert list(tmp_path.iterdir()) == []
