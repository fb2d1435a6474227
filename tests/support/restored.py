"""A node's disk is lost, and the node is restored from a backup: it runs in the place of the former one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from databases import new_database
from federation import Federation, Link, Member

from gateway.bootstrap.setup.backup import restore
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.cube.cube_cache import CubeCache
from gateway.store.engine.migrate import MEMBER


@contextmanager
def restored(
    region: Federation, code: str, backup: Path, lost_at: datetime | None = None
) -> Iterator[Member]:
    """The node of a backup, restored a moment ago; `lost_at` as its operator says."""
    place = backup.with_name(f"{backup.name}-runs")
    region.clock.move(seconds=1)
    restore(backup, place, new_database(MEMBER), clock=region.clock, lost_at=lost_at)
    with open_member(place, region.clock) as node:
        way = Link(region.hub, region.members[code].link.enrolment, carries=region.members[code].link.carries)
        yield Member(node, CubeCache(node.dictionary, node.member, node.store), way)
