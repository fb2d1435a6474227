"""Services to clients and their cost: by pillar, protected by person, fixed with the year of service."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import federation, policy_text, snapshot
from hypothesis import given
from hypothesis import strategies as st
from invented_clients import invented_clients
from signing import put_in_force

from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from gateway.dictionary import regional
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.cube.client_services import (
    COST,
    SERVICES,
    items_of,
    numbers_from,
    numbers_of_year,
    still_shown,
)
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column
from gateway.member.model.received_services import ReceivedServices
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.cells import TOTAL, Cell, Status

RULES = MagnitudeRules(5, (2, 84.99), 10)
REH = items_of(regional(), "KH", ["REH"])


def clients(number: Mapping[str, list[int]], cents: Mapping[str, list[int]] | None = None) -> Clients:
    """Clients of 2024: of each pillar, the services that each received, and what these cost."""
    pillars = tuple(number)
    rows = len(number[pillars[0]])
    received = ReceivedServices(
        pillars,
        np.array([number[p] for p in pillars], dtype=np.int64).T,
        None if cents is None else np.array([cents[p] for p in pillars], dtype=np.int64).T,
    )
    people = np.array([f"person-{n}".encode() for n in range(rows)])
    return Clients.of(np.full(rows, 2024), people, Column.constant("AGG", rows), {}, received)


def test_a_number_is_shown_where_enough_clients_are_behind_it_and_none_dominates_it() -> None:
    found = numbers_of_year(
        clients(
            {"REH": [2, 1, 1, 1, 1], "PSS": [3, 3, 3, 3, 0], "EMC": [90, 1, 1, 1, 1], "SEI": [9, 9, 1, 0, 0]},
            {
                "REH": [25_000, 20_000, 30_049, 0, 0],
                "PSS": [100] * 5,
                "EMC": [100] * 5,
                "SEI": [0] * 5,
            },
        ),
        RULES,
        items_of(regional(), "KH", ["DATA", "EMC", "PSS", "REH", "SEI"]),
    )
    assert found[SERVICES] == {
        "DATA": 0,
        "REH": 6,
    }  # PSS and SEI: too few clients; EMC: one of them has 90 of 94
    assert found[COST] == {"DATA": 0}  # of three clients of REH alone a cost is known


def test_costs_are_whole_dollars_and_unknown_ones_are_no_zero() -> None:
    even = {"REH": [1] * 6}
    assert numbers_of_year(clients(even, {"REH": [10_010] * 6}), RULES, REH)[COST] == {"REH": 601}
    assert numbers_of_year(clients(even, {"REH": [0] * 6}), RULES, REH)[COST] == {}
    assert numbers_of_year(clients(even), RULES, REH)[COST] == {}


def test_nothing_is_shown_of_a_pillar_whose_clients_are_withheld_or_without_services() -> None:
    assert numbers_of_year(clients({"REH": [1] * 9}), RULES, {})[SERVICES] == {}
    assert numbers_of_year(replace(clients({"REH": [1] * 9}), received=None), RULES, REH) == {}


def test_items_are_shown_beside_their_pillar_and_those_withheld_are_safe_together() -> None:
    number = {"REH1": [2] * 9, "REH2": [0] * 5 + [1] * 6, "REH3": [1, 1] + [0] * 9, "REH": [0] * 11}
    number["REH1"] += [0, 0]
    cents = {code: [10_049 * each for each in row] for code, row in number.items()}
    rows = clients(number, cents)
    assert rows.received is not None
    assert numbers_of_year(rows, RULES, REH, items=True)[SERVICES] == {"REH": 26}  # no items are told
    items = replace(rows, received=replace(rows.received, items=True))
    found = numbers_of_year(items, RULES, REH, items=True)
    # Two people had physiotherapy: six who had an aid go with them, and the code that nobody has.
    # Of known prices the dollars would tell which is which.
    assert found == {SERVICES: {"REH": 26, "REH1": 18}, COST: {}}
    assert numbers_of_year(items, RULES, REH) == {SERVICES: {"REH": 26}, COST: {"REH": 2613}}


def test_dollars_of_items_add_up_to_those_of_their_pillar() -> None:
    number = {"REH1": [1] * 6, "REH2": [1] * 6, "REH3": [1] * 6}
    rows = clients(number, {"REH1": [1_042] * 6, "REH2": [1_042] * 6, "REH3": [1_025] * 6})
    assert rows.received is not None
    rows = replace(rows, received=replace(rows.received, items=True))
    found = numbers_of_year(rows, RULES, REH, items=True)
    assert found[COST] == {"REH": 187, "REH1": 63, "REH2": 63, "REH3": 61, "REH_UNK": 0}


@given(
    amounts=st.lists(st.integers(0, 50), min_size=1, max_size=9),
    looser=st.tuples(st.integers(2, 9), st.integers(1, 3), st.integers(1, 99), st.integers(1, 100)),
    more=st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 98), st.integers(0, 99)),
)
def test_stricter_rules_never_show_more(
    amounts: list[int], looser: tuple[int, int, int, int], more: tuple[int, int, int, int]
) -> None:
    k, largest, share, p = looser
    stricter = (k + more[0], largest + more[1], max(1, share - more[2]), min(100, p + more[3]))
    rows = clients({"REH": amounts}, {"REH": [3 * each for each in amounts]})

    def shown(k: int, largest: int, share: int, p: int) -> set[tuple[str, str]]:
        found = numbers_of_year(rows, MagnitudeRules(k, (largest, share), p), REH)
        return {(measure, pillar) for measure, numbers in found.items() for pillar in numbers}

    assert shown(*stricter) <= shown(*looser)


def test_what_was_not_shown_first_stays_away() -> None:
    first, now = {SERVICES: {"REH": 6}, COST: {}}, {SERVICES: {"REH": 6, "PSS": 9}, COST: {"REH": 600}}
    assert still_shown(first, now) == {SERVICES: {"REH": 6}, COST: {}}
    assert still_shown(now, first) == {SERVICES: {"REH": 6}, COST: {}}


@pytest.mark.parametrize(
    "stored", [{SERVICES: {"REH": -1}}, {SERVICES: {"REH": "6"}}, {"clients": {}}, [1], {SERVICES: 3}]
)
def test_stored_numbers_that_are_none_are_an_error(stored: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        numbers_from(stored)


def test_services_are_stored_and_added_with_their_clients() -> None:
    both = clients({"REH": [1, 2], "PSS": [0, 4]}, {"REH": [5, 6], "PSS": [0, 7]})
    again = Clients.from_bytes(both.to_bytes())
    assert again.to_bytes() == both.to_bytes()
    more = clients({"EMC": [8]}, {"EMC": [9]})
    added = replace(more, person=np.array([b"another"])).added(both)
    assert added.received is not None
    assert added.received.codes == ("EMC", "PSS", "REH")
    assert added.received.number.tolist() == [[8, 0, 0], [0, 0, 1], [0, 4, 2]]
    assert added.received.cents is not None
    assert added.received.cents.tolist() == [[9, 0, 0], [0, 0, 5], [0, 7, 6]]
    assert added.added(replace(more, received=None)).received is None


SHARE = """\
  - {with: [ARMAC], for: [regional-reporting], measures: [clients, cases, services, service_cost]}
finest:"""
LEVELS = "outcome: yes, service_date: service_year, status: status, pillar: item"
POLICY = (
    policy_text("KH").replace("finest:", SHARE).replace("outcome: yes", LEVELS)
    + "priority: [{status.REH: status.REH}]\n"
)


def received(people: Clients, cents: int = 5_000) -> Clients:
    """Each client whose status says so received a prosthesis and physiotherapy, and counselling."""
    got = {p: np.array([c == "RECV" for c in people.columns[f"status.{p}"].values()]) for p in ("PSS", "REH")}
    number = np.stack([got["PSS"], got["REH"], got["REH"]], axis=1).astype(np.int64)
    services = ReceivedServices(("PSS1", "REH1", "REH3"), number, number * cents, items=True)
    return replace(people, received=services)


def test_a_region_reads_services_and_their_cost_and_a_later_load_changes_nothing(tmp_path: Path) -> None:
    people = received(invented_clients("KH", women=0.2, years=(2024,)))
    with federation(tmp_path, "KH", "LA", ready=False) as region:
        node = region.members["KH"].node
        keep_snapshot(node, replace(snapshot("KH"), clients=people))
        put_in_force(node, POLICY)
        build(node)
        put_in_force(region.members["LA"].node, policy_text("LA"))
        keep_snapshot(region.members["LA"].node, snapshot("LA"))
        build(region.members["LA"].node)

        def table(measure: str, *by: str) -> dict[tuple[str, ...], Cell]:
            question = question_of(regional(), measure=measure, by=by, where={}, purpose="regional-reporting")
            made = ask(region.hub, region.analyst, question, timedelta(seconds=10))
            for member in region.members.values():
                member.round()
            release_due(region.hub)
            with region.hub.store.reading() as view:
                found = view.release(made.id)
            assert found is not None
            return {cell.key: cell for cell in found.cells}

        assert people.received is not None
        rehabilitation = int(people.received.number[:, 1:].sum())
        services = table("services", "country", "service_year", "pillar")
        assert services["KH", "2024", "REH"].value == rehabilitation
        assert services["LA", TOTAL, TOTAL].status is Status.NOT_SHARED
        cost = table("service_cost", "country", "service_year", "pillar")
        assert cost["KH", "2024", "REH"].value == 50 * rehabilitation
        # Nobody was assisted in 2023: too few, so that this year and the sum over years are withheld.
        assert cost["KH", TOTAL, "REH"].status is cost["KH", "2023", "REH"].status is Status.WITHHELD
        items = table("service_cost", "country", "service_year", "item")
        assert items["KH", "2024", "REH1"].value == 25 * rehabilitation == items["KH", "2024", "REH3"].value
        assert items["KH", "2024", "REH2"].value == 0
        cases = table("cases", "country", "status.REH")
        assert 2 * (cases["KH", "RECV"].value or 0) == rehabilitation
        by_sex = table("services", "country", "pillar", "sex")
        assert by_sex["KH", TOTAL, TOTAL].value is None

        keep_snapshot(node, replace(snapshot("KH"), clients=received(people, 9_000)))
        build(node)
        again = table("service_cost", "country", "service_year", "pillar")
        assert again["KH", "2024", "REH"].value == 50 * rehabilitation
