"""A region of one node whose policy perturbs the counts of its data set."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from federation import Federation, federation, snapshot
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.errors import NotWitnessedError
from gateway.member.model.stored_cube import StoredCube
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.wire.release import Release


@contextmanager
def perturbed_region(place: Path, policy: str) -> Iterator[Federation]:
    """Cambodia alone, with a cube by a policy."""
    with federation(place, "KH", ready=False) as made:
        node = made.members["KH"].node
        put_in_force(node, policy)
        keep_snapshot(node, snapshot("KH"))
        protect(made)
        yield made


def protect(region: Federation, code: str = "KH") -> StoredCube:
    """Make the tables; those of a privacy budget are drawn once the hub has cosigned the charge."""
    member = region.members[code]
    try:
        return build(member.node)
    except NotWitnessedError:
        member.round()
        return build(member.node)


def asked(region: Federation, *by: str, **where: list[str]) -> Release:
    """What the region answers to a question about casualties."""
    question = question_of(
        region.hub.dictionary, measure="casualties", by=by, where=where, purpose="regional-reporting"
    )
    made = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(made.id)
    assert found is not None
    return found
