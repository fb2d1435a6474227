"""A node by itself, set up as by its operator, with a clock that a test moves; no hub is needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from databases import new_database
from made_once import made_once
from simulation import HandClock

from audit.formats.note import Signer
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.member.node.context import Node
from gateway.store.engine.migrate import MEMBER
from gateway.wire.enrolment import HubKeys


def set_up(directory: Path, member: str = "KH") -> None:
    """A node's directory, keys and empty log."""

    def make(place: Path) -> None:
        keys = (str(Signer.generate(f"test.example/{use}").key) for use in ("log", "calls"))
        create_member(place, member, "test.example")
        connect(place, member, "http://127.0.0.1:0", HubKeys(*keys), database=new_database(MEMBER))

    made_once(("a node by itself", member), directory, make)


@contextmanager
def lone_node(directory: Path, member: str = "KH") -> Iterator[tuple[Node, HandClock]]:
    """The node, open, on 1 March 2026."""
    set_up(directory, member)
    clock = HandClock()
    with open_member(directory) as node:
        yield replace(node, clock=clock), clock
