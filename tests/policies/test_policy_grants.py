"""Detail limits: whether some permissions together permit every request of another, exactly."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from policies.comparison.grants import DetailLimit, is_covered, meet
from policies.model.frozen import FrozenMap

DIMENSIONS = "abcd"


def detail(ranks: dict[str, int], max_dims: int) -> DetailLimit:
    return DetailLimit(FrozenMap({d: str(rank) for d, rank in ranks.items()}), FrozenMap(ranks), max_dims)


BOXES = st.builds(
    detail, st.dictionaries(st.sampled_from(DIMENSIONS), st.integers(1, 3), max_size=4), st.integers(1, 4)
)


def requests(one: DetailLimit) -> set[frozenset[tuple[str, int]]]:
    """Every request within a detail limit: some dimensions, each at some level down to the finest."""
    found: set[frozenset[tuple[str, int]]] = {frozenset()}
    for size in range(1, one.used + 1):
        for dimensions in combinations(one.ranks, size):
            partial: list[frozenset[tuple[str, int]]] = [frozenset()]
            for d in dimensions:
                partial = [
                    {*request, (d, rank)} for request in partial for rank in range(1, one.ranks[d] + 1)
                ]  # type: ignore[misc]
            found |= {frozenset(request) for request in partial}
    return found


@given(BOXES, st.frozensets(BOXES, max_size=4))
def test_covered_agrees_with_listing_every_request(one: DetailLimit, by: frozenset[DetailLimit]) -> None:
    together = frozenset[frozenset[tuple[str, int]]]().union(*(requests(other) for other in by))

    assert is_covered(one, by) == (requests(one) <= together)


@given(BOXES, BOXES)
def test_a_detail_limit_holds_another_where_it_has_all_its_requests(
    one: DetailLimit, other: DetailLimit
) -> None:
    assert one.holds(other) == (requests(other) <= requests(one))


@given(BOXES, BOXES)
def test_the_meet_has_the_requests_of_both(one: DetailLimit, other: DetailLimit) -> None:
    both = meet(one, other)

    assert requests(both) == requests(one) & requests(other)
    assert all(both.finest[d] == str(rank) for d, rank in both.ranks.items())
