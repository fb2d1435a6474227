"""The index over a log finds the same entries as reading every entry, whatever happened to its file."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logged import MONDAY, answered, asked, denied, policy, refused, released, sign_in_failed
from memory_log import MemoryStorage

from audit.events.events import encode
from audit.events.search import Criteria
from audit.formats.note import Signer
from audit.log.log import Log
from gateway.auditing import entry_search, index, index_upkeep
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import Span, find, find_newest
from gateway.auditing.index import Known, Segment, Sought
from gateway.auditing.index_upkeep import differing_segments, renew_index
from gateway.bootstrap.serving.index_loop import start_index
from gateway.bootstrap.serving.shutdown import Stop
from gateway.store.engine.index_file import IndexFile

WORDS = st.sampled_from(["regional-reporting", "treaty-reporting", 'odd "word"\\', "ភ្នំពេញ"])
MEMBERS = st.sampled_from(["KH", "LA", "TH"])
TIMES = st.integers(0, 5).map(lambda hours: MONDAY + timedelta(hours=hours))

EVENTS = st.one_of(
    st.builds(lambda p, t: asked(purpose=p, asked_at=t), WORDS, TIMES),
    st.builds(lambda o, t, r: denied(organisation=o, at=t, reasons=(r,)), WORDS, TIMES, WORDS),
    st.builds(lambda m, t: answered(member=m, at=t), MEMBERS, TIMES),
    st.builds(lambda m, r: refused(member=m, reasons=(r,)), MEMBERS, WORDS),
    st.builds(lambda a, m: released(answered=(a,), missing=(m,)), MEMBERS, MEMBERS),
    st.builds(sign_in_failed, at=TIMES),
    st.builds(policy, at=TIMES),
)
CRITERIA = st.builds(
    Criteria,
    kind=st.none() | st.sampled_from(["asked", "answered", "released", "nothing"]),
    organisation=st.none() | WORDS,
    purpose=st.none() | WORDS,
    member=st.none() | MEMBERS,
    question=st.none() | st.just("q-1"),
    outcome=st.none() | st.sampled_from(["answered", "refused", "missing", "denied"]),
    reason=st.none() | WORDS,
    since=st.none() | TIMES,
    until=st.none() | TIMES,
)

SEGMENT = 256
"""Smaller than a real one, so that a log of three is made at once."""


@pytest.fixture(autouse=True)
def _small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_TILES", 1)
    for module in (index, entry_search, index_upkeep):
        monkeypatch.setattr(module, "SEGMENT", SEGMENT)


class View:
    """A log in memory, as a store hands it out, and the file of its index."""

    def __init__(self, file: Path, entries: list[bytes]) -> None:
        self.log = MemoryStorage()
        self.signed = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
        self.signed.create(self.log, 1)
        self.signed.append(self.log, entries, 2)
        self.file, self.index = file, IndexFile(file)
        store = SimpleNamespace(reading=self.reading)
        self.kept = KeptLog(self.signed, store, SimpleNamespace(), index=self.index)  # type: ignore[arg-type]

    @contextmanager
    def reading(self) -> Iterator["View"]:
        yield self

    def found(self, criteria: Criteria, span: Span) -> list[int]:
        """Entries by the index, in both directions."""
        found = [each.number for each in find(self.kept, self, criteria, None, span)]  # type: ignore[arg-type]
        newest = [each.number for each in find_newest(self.kept, self, criteria, None, span)]  # type: ignore[arg-type]
        assert found == newest[::-1]
        return found

    def read(self, criteria: Criteria, span: Span) -> list[int]:
        """Entries by reading every one."""
        entries = enumerate(self.log.read_entries(span.start, span.end), span.start)
        return [each.number for each in criteria.find(entries)]


@given(st.lists(EVENTS, min_size=1, max_size=25), CRITERIA, st.integers(0, 25), st.integers(0, 25))
def test_every_entry_that_fits_is_a_candidate(events, criteria, start, end) -> None:
    entries = [encode(event) for event in events]
    sought = Sought.of(criteria)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "SEGMENT", len(entries))
        patch.setattr(index, "hash_of", lambda *_: b"")
        made = index.made_of(MemoryStorage(), 0, entries)
        known = Known([made.head], {term: {0: found} for term, found in made.places.items()}, {0: made.times})

        end = min(end, len(entries))
        candidates = list(sought.candidates(known, start, end))
        oldest_first = list(sought.candidates(known, start, end, oldest_first=True))

    fitting = [found.number for found in criteria.find(list(enumerate(entries))[start:end])]
    assert candidates == sorted(candidates, reverse=True)
    assert oldest_first == candidates[::-1]
    assert set(fitting) <= set(candidates)
    assert sorted(f.number for f in criteria.find((n, entries[n]) for n in candidates)) == fitting


PURPOSES = ("regional-reporting", "treaty-reporting", "research")
SOUGHT = (
    Criteria(purpose="research"),
    Criteria(since=MONDAY + timedelta(minutes=200), until=MONDAY + timedelta(minutes=300)),
    Criteria(until=MONDAY + timedelta(minutes=30), purpose="treaty-reporting"),
    Criteria(organisation="of nobody"),
)
SPANS = (Span(0, 2 * SEGMENT + 100), Span(SEGMENT - 5, SEGMENT + 40), Span(2 * SEGMENT + 3, 2 * SEGMENT + 50))


@pytest.fixture(scope="module")
def logged() -> list[bytes]:
    def entry(number: int) -> bytes:
        return encode(asked(purpose=PURPOSES[number % 3], asked_at=MONDAY + timedelta(minutes=number)))

    return [entry(number) for number in range(2 * SEGMENT + 100)]


@pytest.fixture
def view(logged: list[bytes], tmp_path: Path) -> View:
    view = View(tmp_path / "index.sqlite", logged)
    renew_index(view.kept)
    assert [head.number for head in view.index.heads()] == [0, 1]
    return view


def changed(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection:
        assert connection.execute(statement).rowcount
    connection.close()


def test_a_search_finds_the_same_with_an_index_and_without(view: View) -> None:
    for criteria in SOUGHT:
        for span in SPANS:
            assert view.found(criteria, span) == view.read(criteria, span)
    assert not list(differing_segments(view.kept, view))  # type: ignore[arg-type]


LOSSES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "no database": lambda file: file.write_bytes(b"not a database" * 1000),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:5000]),
    "of another version": lambda file: changed(file, "pragma user_version = 77"),
    "a segment is missing": lambda file: changed(file, "delete from segments where number = 0"),
    "over other entries": lambda file: changed(file, "update segments set entries = x'00' where number = 1"),
    "other places": lambda file: changed(file, "update words set places = x'0000' || substr(places, 3)"),
    "a text for a number": lambda file: changed(file, "update segments set first = 'ana'"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_or_damaged_index_costs_time_only_and_is_made_again(view: View, loss: str) -> None:
    LOSSES[loss](view.file)
    criteria, span = SOUGHT[0], SPANS[0]

    assert view.found(criteria, span) == view.read(criteria, span)
    renew_index(view.kept)
    looked_up = view.index.look_up(Sought.of(criteria))
    assert view.found(criteria, span) == view.read(criteria, span)
    assert len(looked_up.heads) == 2 or loss == "other places"


def test_an_index_of_another_log_is_not_believed(view: View, logged: list[bytes]) -> None:
    other = View(view.file, [b"{}", *logged])

    assert other.found(SOUGHT[0], SPANS[0]) == other.read(SOUGHT[0], SPANS[0])
    renew_index(other.kept)
    assert not list(differing_segments(other.kept, other))  # type: ignore[arg-type]


def test_a_forged_index_is_found_by_the_check(view: View) -> None:
    """Who writes the file can hide an entry from searches, but not from the check or a full reading."""
    honest = view.index.kept(1)
    assert honest is not None
    places = {
        term: found[2:] if term == b"purpose=research" else found for term, found in honest.places.items()
    }
    view.index.keep(Segment(honest.head, places, honest.times))

    assert len(view.found(SOUGHT[0], SPANS[0])) == len(view.read(SOUGHT[0], SPANS[0])) - 1
    (said,) = differing_segments(view.kept, view)  # type: ignore[arg-type]
    assert said == f"the search index is not what entries {SEGMENT} to {2 * SEGMENT - 1} say"


def test_a_renewal_stops_between_segments(view: View) -> None:
    view.file.unlink()
    asked_for = iter((False, True))

    renew_index(view.kept, lambda: next(asked_for))

    assert [head.number for head in view.index.heads()] == [0]


def test_a_serving_process_keeps_it_up_to_date(view: View) -> None:
    view.file.unlink()
    stop, end = Stop(), time.monotonic() + 20

    start_index(view.kept, stop)
    while len(view.index.heads()) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    stop()

    assert [head.number for head in view.index.heads()] == [0, 1]


def test_a_view_of_an_earlier_state_finds_nothing_behind_its_end(
    view: View, logged: list[bytes], tmp_path: Path
) -> None:
    before = View(tmp_path / "other", logged[: SEGMENT + 7])
    before.kept = replace(before.kept, index=view.index)

    assert before.found(SOUGHT[0], Span(0, SEGMENT + 7)) == before.read(SOUGHT[0], Span(0, SEGMENT + 7))
