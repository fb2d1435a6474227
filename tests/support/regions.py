"""A hub over real HTTP, with the clients that a test speaks through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from lone_hub import set_up_hub
from simulation import HandClock, SimulatedMember

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_hub import add_user, enrol, open_hub
from gateway.http.link import InvitedBy, Signatures
from gateway.hub.context import Hub
from gateway.hub.model import Role


@dataclass
class Region:
    hub: Hub
    url: str
    analyst: httpx.Client
    auditor: httpx.Client
    other: httpx.Client
    nobody: httpx.Client
    members: dict[str, SimulatedMember]
    tokens: dict[str, str]

    def member(self, code: str) -> httpx.Client:
        """Signs its calls, and checks that the hub signs its replies."""
        return httpx.Client(base_url=self.url, auth=self.signatures(code), timeout=15, trust_env=False)

    def signatures(self, code: str) -> Signatures:
        hub_key = InvitedBy(self.hub.reply_signer.verifier)
        return Signatures(self.hub.log.origin, self.members[code].caller, hub_key, self.hub.clock)


def client(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15, trust_env=False
    )


@contextmanager
def over_http(directory: Path, clock: HandClock) -> Iterator[Region]:
    """A hub on loopback with an analyst, an auditor, another analyst and two enrolled members."""
    set_up_hub(directory)
    with open_hub(directory) as opened:
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
