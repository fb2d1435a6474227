"""Clients by the status of a pillar: need, met and unmet are cells of one cube, so none follows from two."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from federation import Federation, federation, policy_text, snapshot
from register import withstands
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.cube.clients_history import ClientsHistory, clients_of
from gateway.member.model.clients import Clients
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release

FINE = (*["RECV"] * 25, *["NEED"] * 2, "REF", *["NO_NEED"] * 40, *["UNK"] * 52)
"""Of 120 people 28 needed rehabilitation and 25 received it: three were left without."""
SHARE = """\
  - with: [ARMAC]
    for: [regional-reporting]
    measures: [clients, cases]
"""


def people(member: str) -> Snapshot:
    clients = Clients.of(
        np.full(len(FINE), 2024),
        np.array([f"client-{number:03d}".encode() for number in range(len(FINE))]),
        Column.constant("AGG", len(FINE)),
        {"status.REH": Column.of(list(FINE)), "client": Column.constant("OTHER", len(FINE))},
    )
    return replace(snapshot(member), clients=clients)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA", "TH", ready=False) as made:
        levels = {"KH": "status: status", "LA": "status: met"}
        for code, member in made.members.items():
            text = policy_text(code)
            if code in levels:
                text = text.replace(
                    "outcome: yes", f"outcome: yes, service_date: service_year, {levels[code]}"
                )
                text = text.replace("finest:", f"{SHARE}finest:")
            put_in_force(member.node, text)
            keep_snapshot(member.node, people(code))
            build(member.node)
        yield made


def asked(region: Federation, *by: str) -> Release:
    question = question_of(
        region.hub.dictionary, measure="cases", by=by, where={}, purpose="regional-reporting"
    )
    made = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(made.id)
    assert found is not None
    return found


def test_the_few_left_without_are_withheld_and_follow_from_nothing(region: Federation) -> None:
    met = {cell.key: cell for cell in asked(region, "country", "met.REH").cells}

    for member in ("KH", "LA"):
        assert met[member, "UNMET"].status is Status.WITHHELD
        assert met[member, TOTAL].value == sum(Counter(FINE).values())
        # Whatever is shown of the others, they do not leave the three: a second cell is withheld with them.
        others = [met[member, code] for code in ("MET", "DECL", "NO_NEED", "UNK")]
        assert Status.WITHHELD in {cell.status for cell in others}
    assert met["TH", "UNMET"].status is Status.NOT_SHARED


def test_a_policy_that_shares_met_and_unmet_does_not_share_the_status(region: Federation) -> None:
    fine = {cell.key: cell.status for cell in asked(region, "country", "status.REH").cells}

    assert fine["KH", "RECV"] in (Status.VALUE, Status.WITHHELD)
    assert fine["LA", "RECV"] is Status.NOT_SHARED


@pytest.mark.parametrize("member", ["KH", "LA"])
def test_the_attacker_finds_nothing_in_the_cube(region: Federation, member: str) -> None:
    with region.members[member].node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    found = clients_of(stored.cube)
    assert found is not None
    years = ClientsHistory.from_bytes(found).years
    assert 2024 in years
    assert all(withstands(year) for year in years.values())
