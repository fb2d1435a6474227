"""The hub over real HTTP on loopback, with an analyst, an auditor and two enrolled members."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lone_hub import set_up_hub
from regions import Region, client
from simulation import HandClock, SimulatedMember

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_hub import add_user, enrol, open_hub
from gateway.hub.model import Role


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def region(tmp_path: Path, clock: HandClock) -> Iterator[Region]:
    set_up_hub(tmp_path / "hub")
    with open_hub(tmp_path / "hub") as opened:
        hub = replace(opened, clock=clock)
        members = {code: SimulatedMember(code, clock) for code in ("KH", "TH")}
        for member in members.values():
            enrol(hub, member.enrolment)
        tokens = {
            "analyst": add_user(hub, "analyst@armac.example", "ARMAC", Role.ANALYST, ["regional-reporting"])
        }
        tokens["auditor"] = add_user(hub, "auditor@armac.example", "ARMAC", Role.AUDITOR, [])
        tokens["other"] = add_user(hub, "other@armac.example", "ARMAC", Role.ANALYST, [])
        server = WebServer(create_hub_app(hub), "127.0.0.1:0")
        server.start()
        url = server.url
        words = (tokens["analyst"], tokens["auditor"], tokens["other"], "slt_wrong")
        clients = [client(url, token) for token in words]
        try:
            yield Region(hub, url, *clients, members=members, tokens=tokens)
        finally:
            for one in clients:
                one.close()
            server.close()
