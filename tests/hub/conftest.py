"""A real hub in a temporary directory, and members that speak to it through its use cases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lone_hub import set_up_hub
from simulation import HandClock, SimulatedMember

from gateway.bootstrap.setup.open_hub import add_user, enrol, open_hub
from gateway.hub.context import Hub
from gateway.hub.model import Principal, Role


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(tmp_path: Path, clock: HandClock) -> Iterator[Hub]:
    set_up_hub(tmp_path / "hub")
    with open_hub(tmp_path / "hub") as opened:
        yield replace(opened, clock=clock, started=clock.now())


@pytest.fixture
def members(hub: Hub, clock: HandClock) -> dict[str, SimulatedMember]:
    made = {code: SimulatedMember(code, clock) for code in ("KH", "TH")}
    for member in made.values():
        enrol(hub, member.enrolment)
    return made


@pytest.fixture
def analyst(hub: Hub) -> Principal:
    add_user(hub, "analyst", "ARMAC", Role.ANALYST, ["regional-reporting"])
    return Principal("analyst", "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}))
