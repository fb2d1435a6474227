"""What two cubes share: clients who can all be different survivors, counted and tried one by one."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.bridge.bridge import MOST_CODES, Bridge
from anonymisers.errors import TableError

NOW, THEN = ("CHILD", "ADULT"), ("CHILD", "ADULT")
CHILDREN = np.array([[True, False], [True, True]])
"""A child now was one then; an adult now may have been either."""


def bridges(codes: int = 3) -> st.SearchStrategy[Bridge]:
    def made(rows: list[list[bool]]) -> Bridge:
        names = tuple("abc"[: len(rows)])
        return Bridge(names, tuple("xyz"[: len(rows[0])]), np.array(rows, dtype=np.bool_))

    return st.tuples(st.integers(1, codes), st.integers(1, codes)).flatmap(
        lambda size: st.lists(
            st.lists(st.booleans(), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
        ).map(made)
    )


def people(counts: list[int]) -> list[int]:
    return [code for code, number in enumerate(counts) for _ in range(number)]


def assigned(bridge: Bridge, clients: list[int], survivors: list[int]) -> bool:
    """Whether every client can be another survivor: each way tried."""
    some, all_ = people(clients), people(survivors)
    return any(
        all(bridge.compatible[client, survivor] for client, survivor in zip(some, chosen, strict=True))
        for chosen in permutations(all_, len(some))
    )


@given(bridges(), st.data())
def test_clients_fit_where_each_can_be_another_survivor(bridge: Bridge, data: st.DataObject) -> None:
    count = st.integers(0, 2)
    clients = data.draw(st.lists(count, min_size=len(bridge.clients), max_size=len(bridge.clients)))
    survivors = data.draw(st.lists(count, min_size=len(bridge.survivors), max_size=len(bridge.survivors)))

    fits = bridge.fits(np.array(clients), np.array(survivors))

    assert bool(fits) == assigned(bridge, clients, survivors)


@given(bridges(), st.data())
def test_an_insider_keeps_who_he_is_in_both(bridge: Bridge, data: st.DataObject) -> None:
    count = st.integers(0, 2)
    clients = data.draw(st.lists(count, min_size=len(bridge.clients), max_size=len(bridge.clients)))
    survivors = data.draw(st.lists(count, min_size=len(bridge.survivors), max_size=len(bridge.survivors)))
    found = bridge.own_cells(np.array(clients), np.array(survivors))

    for client in range(len(clients)):
        for survivor in range(len(survivors)):
            can = bool(bridge.compatible[client, survivor]) and clients[client] and survivors[survivor]
            if can:
                others = [n - (code == client) for code, n in enumerate(clients)]
                left = [n - (code == survivor) for code, n in enumerate(survivors)]
                can = assigned(bridge, others, left)
            assert bool(found[client, survivor]) == bool(can)


def test_children_now_are_fewer_than_children_then() -> None:
    bridge = Bridge(NOW, THEN, CHILDREN)

    assert bridge.fits(np.array([2, 3]), np.array([2, 3]))
    assert not bridge.fits(np.array([3, 0]), np.array([2, 9])), "a child now was one then"
    assert bridge.fits(np.array([0, 5]), np.array([5, 0])), "who was a child then may be an adult now"
    assert not bridge.fits(np.array([1, 5]), np.array([2, 3]))


def test_many_worlds_are_judged_at_once() -> None:
    bridge = Bridge(NOW, THEN, CHILDREN)

    fits = bridge.fits(np.array([[2, 3], [3, 0]]), np.array([[2, 3], [2, 9]]))

    assert fits.tolist() == [True, False]


def test_where_every_survivor_is_a_client_there_are_as_many_of_both() -> None:
    whole = Bridge(NOW, THEN, CHILDREN, everybody=True)

    assert whole.fits(np.array([1, 4]), np.array([2, 3]))
    assert not whole.fits(np.array([1, 3]), np.array([2, 3]))


def test_an_adult_who_was_a_child_then_takes_the_place_of_no_child() -> None:
    bridge = Bridge(NOW, THEN, CHILDREN)
    grown_up = np.array([[False, False], [True, False]])

    assert bridge.fits_own_cells(np.array([1, 1]), np.array([2, 0]), grown_up)
    assert not bridge.fits_own_cells(np.array([1, 1]), np.array([1, 1]), grown_up)
    assert bridge.fits(np.array([1, 1]), np.array([1, 1])), "who is neither cannot tell"


@pytest.mark.parametrize("codes", [MOST_CODES + 1, 2])
def test_a_bridge_has_few_codes_and_an_answer_for_each(codes: int) -> None:
    with pytest.raises(TableError):
        Bridge(tuple(map(str, range(codes))), ("x",), np.ones((3, 1), dtype=np.bool_))
