"""A hub over real HTTP, with the clients that a test speaks through."""

from dataclasses import dataclass

import httpx
from simulation import SimulatedMember

from gateway.http.link import InvitedBy, Signatures
from gateway.hub.context import Hub


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
