"""The index over a log finds the same entries as reading every entry."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
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
from gateway.auditing import entry_search
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import Span, find, find_newest, whole
from gateway.auditing.index import TermIndex

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


@given(st.lists(EVENTS, max_size=25), CRITERIA, st.integers(0, 25), st.integers(0, 25))
def test_every_entry_that_fits_is_a_candidate(events, criteria, start, end) -> None:
    entries = [encode(event) for event in events]
    index = TermIndex()
    index.extend(0, entries[:7])
    index.extend(3, entries[3:])

    end = min(end, len(entries))
    candidates = list(index.candidates(criteria, start, end))
    fitting = [found.number for found in criteria.find(list(enumerate(entries))[start:end])]

    assert index.size == len(entries)
    assert candidates == sorted(candidates, reverse=True)
    assert list(index.candidates(criteria, start, end, oldest_first=True)) == candidates[::-1]
    assert set(fitting) <= set(candidates)
    assert sorted(f.number for f in criteria.find((n, entries[n]) for n in candidates)) == fitting


class View:
    """A log of fifty entries in memory, as a store hands it out."""

    def __init__(self) -> None:
        self.log = MemoryStorage()
        kept = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
        kept.create(self.log, 1)
        words = ("regional-reporting", "treaty-reporting")
        kept.append(self.log, [encode(asked(purpose=words[n % 2])) for n in range(50)], 2)
        self.kept = KeptLog(kept, SimpleNamespace(reading=self.reading), SimpleNamespace())  # type: ignore[arg-type]

    @contextmanager
    def reading(self) -> Iterator["View"]:
        yield self


@pytest.mark.parametrize("known", [0, 20, 50])
def test_a_search_finds_the_same_with_an_index_behind_or_without_one(known: int) -> None:
    view, criteria, span = View(), Criteria(purpose="treaty-reporting"), Span(5, 41)
    index = TermIndex()
    index.extend(0, view.log.read_entries(0, known))
    served = replace(view.kept, index=index)

    for search in (find, find_newest):
        with_index, without = (
            [each.number for each in search(kept, view, criteria, None, span)]  # type: ignore[arg-type]
            for kept in (served, view.kept)
        )
        assert with_index == without
        assert sorted(without) == list(range(5, 41, 2))


def test_a_command_makes_no_index_that_would_be_there_only_after_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = View()
    monkeypatch.setattr(entry_search, "_CAUGHT_UP_AT_ONCE", 10)
    started: list[str] = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.name))
    everything = whole(view)  # type: ignore[arg-type]

    assert list(find_newest(view.kept, view, Criteria(), None, everything))  # type: ignore[arg-type]
    assert not started
    assert list(find_newest(replace(view.kept, index=TermIndex()), view, Criteria(), None, everything))  # type: ignore[arg-type]
    assert started == ["index"]


def test_a_gap_is_not_passed_over() -> None:
    index = TermIndex()

    index.extend(5, [encode(asked())])

    assert index.size == 0
