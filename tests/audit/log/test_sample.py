"""Samples that nobody can pick: what they follow from, and what does not steer them."""

import json
from collections import Counter
from pathlib import Path

import logged
import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import MalformedError
from audit.events import events
from audit.log.directory import export
from audit.log.log import Log
from audit.log.sample import draw_sample

ROOTS = st.binary(min_size=32, max_size=32)


@given(ROOTS, st.integers(0, 3000), st.integers(1, 60), st.text(max_size=9))
def test_a_sample_is_fixed_by_root_size_and_seed(root: bytes, size: int, count: int, seed: str) -> None:
    drawn = draw_sample(root, size, count, seed)
    assert drawn == draw_sample(root, size, count, seed)
    assert len(set(drawn)) == min(size, count)
    assert all(0 <= number < size for number in drawn)
    assert drawn == sorted(drawn)


@given(ROOTS, st.integers(1, 300), st.integers(1, 60), st.integers(1, 60))
def test_whoever_chooses_how_many_chooses_no_entry(root: bytes, size: int, one: int, other: int) -> None:
    """A larger sample holds the smaller one: no entry is avoided by asking for more or fewer."""
    fewer, more = sorted((one, other))
    assert set(draw_sample(root, size, fewer)) <= set(draw_sample(root, size, more))


def test_every_entry_is_drawn_equally_often() -> None:
    counts = Counter(n for i in range(3000) for n in draw_sample(i.to_bytes(32, "big"), 10, 3))
    assert len(counts) == 10
    # 3000 draws of 3 in 10: 900 each, with a standard deviation of 25
    assert all(abs(count - 900) < 125 for count in counts.values())


def test_a_seed_makes_another_sample() -> None:
    assert draw_sample(bytes(32), 10_000, 20, "dice: 4 4 1 6") != draw_sample(bytes(32), 10_000, 20)


@pytest.mark.parametrize(("count", "seed"), [(0, ""), (-1, ""), (1, "x" * 1001)])
def test_what_is_no_sample_is_refused(count: int, seed: str) -> None:
    with pytest.raises(MalformedError):
        draw_sample(bytes(32), 10, count, seed)


@pytest.fixture
def exports(log: Log, storage: MemoryStorage, tmp_path: Path) -> tuple[Path, Path]:
    """A log with thirty entries, and the same when it has grown by one."""
    log.append(storage, [events.encode(logged.asked(f"q-{i}")) for i in range(30)], now=1)
    export(log, storage, tmp_path / "before")
    log.append(storage, [events.encode(logged.asked("q-more"))], now=2)
    export(log, storage, tmp_path / "after")
    return tmp_path / "before", tmp_path / "after"


def drawn(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[int]:
    assert main(["sample", *map(str, arguments)]) == 0
    return [json.loads(line)["number"] for line in capsys.readouterr().out.splitlines()]


def test_the_command_draws_the_same_sample_every_time(
    exports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = exports
    first = drawn(capsys, before, 5)
    assert len(first) == 5
    assert drawn(capsys, before, 5) == first


def test_a_sample_by_an_earlier_checkpoint_does_not_change_when_the_log_grows(
    exports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = exports
    by_then = drawn(capsys, before, 5)
    assert drawn(capsys, after, 5, "--at", before / "checkpoint") == by_then
    assert drawn(capsys, after, 5) != by_then


def test_everything_that_a_sample_follows_from_is_said(
    exports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", str(exports[0]), "2", "--seed", "dice"]) == 0
    said = capsys.readouterr().err
    assert "of 30 entries and the seed 'dice'" in said


def test_an_earlier_checkpoint_of_another_history_is_refused(
    exports: tuple[Path, Path], log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = MemoryStorage(log.origin)
    log.append(other, [b"another history"], now=1)
    (tmp_path / "forged").write_text(str(log.checkpoint(other)), encoding="utf-8")
    assert main(["sample", str(exports[0]), "2", "--at", str(tmp_path / "forged")]) == 1
    assert capsys.readouterr().out == ""
