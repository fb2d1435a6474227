"""A hub over real HTTP, with the clients that a test speaks through."""

from dataclasses import dataclass

import httpx
from simulation import SimulatedMember

from gateway.hub.context import Hub


@dataclass
class Region:
    hub: Hub
    url: str
    analyst: httpx.Client
    auditor: httpx.Client
    nobody: httpx.Client
    members: dict[str, SimulatedMember]
    tokens: dict[str, str]

    def member(self, code: str) -> httpx.Client:
        return client(self.url, self.tokens[code])


def client(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=15, trust_env=False
    )
