"""The index over a log finds the same entries as reading every entry."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from logged import MONDAY, answered, asked, denied, policy, refused, released, sign_in_failed

from audit.events.events import encode
from audit.events.search import Criteria
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
    assert set(fitting) <= set(candidates)
    assert sorted(f.number for f in criteria.find((n, entries[n]) for n in candidates)) == fitting


def test_a_gap_is_not_passed_over() -> None:
    index = TermIndex()

    index.extend(5, [encode(asked())])

    assert index.size == 0
