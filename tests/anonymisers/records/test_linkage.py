"""What pseudonyms link: records of one person, and extracts of the same people."""

from hypothesis import given
from hypothesis import strategies as st

from anonymisers.records.linkage import may_be_linked, one_says_all

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), max_size=40)
GRAIN = st.dictionaries(st.sampled_from(["date", "sex", "age"]), st.integers(0, 3))


@given(ROWS, st.integers(2, 4))
def test_records_are_linked_only_where_k_people_have_the_same_ones(rows, k: int) -> None:
    people, records = [p for p, _ in rows], [r for _, r in rows]
    linked = may_be_linked(people, records, k)
    mine = {p: sorted(r for q, r in rows if q == p) for p in people}
    for person, may in zip(people, linked, strict=True):
        same = sum(other == mine[person] for other in mine.values())
        assert may == (len(mine[person]) == 1 or same >= k)


def test_nobody_at_all() -> None:
    assert may_be_linked([], [], 5).tolist() == []


@given(GRAIN, GRAIN)
def test_either_of_two_extracts_says_all_or_neither(one, other) -> None:
    columns = one.keys() | other.keys()
    joined = {c: max(one.get(c, 0), other.get(c, 0)) for c in columns}
    reported = [{c: grain.get(c, 0) for c in columns} for grain in (one, other)]
    assert one_says_all(one, other) == (joined in reported) == one_says_all(other, one)
