"""A whole machine put back: a copy of a node's directory, as an image of its disk, that runs in its place.

Nothing tells the node: this is not `restore`, which waits for the hub before anything is signed.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from federation import Federation, Link, Member

from gateway.bootstrap.setup.layout import own_config
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.answer import polling
from gateway.member.answer.outbox import outbox, send
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink


def image(directory: Path, place: Path) -> Path:
    """An image of a node's disk as it is now; nobody writes meanwhile."""
    if own_config(directory).database:
        pytest.skip("PostgreSQL keeps the state elsewhere: an image of the directory does not put it back")
    shutil.copytree(directory, place)
    return place


def hands_in_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nodes hand in what they have, whatever the hub has seen of their logs: a liar's program."""

    def hand_in(node: Node, _: CubeCache, link: HubLink) -> None:
        with node.store.reading() as view:
            waiting = outbox(node, view)
        send(node, link, waiting)

    monkeypatch.setattr(polling._Call, "is_shown_by", lambda *_: True)
    monkeypatch.setattr(polling, "_hand_in", hand_in)


@contextmanager
def put_back(region: Federation, code: str, image_of: Path) -> Iterator[Member]:
    """The node of an image runs in place of the node that made it."""
    former = region.members[code]
    place = image_of.with_name(f"{image_of.name}-runs")
    shutil.copytree(image_of, place)
    with open_member(place, region.clock) as node:
        link = Link(region.hub, former.link.enrolment, carries=former.link.carries)
        back = Member(node, CubeCache(node.dictionary, node.member, node.store), link)
        region.members[code] = back
        try:
            yield back
        finally:
            region.members[code] = former
