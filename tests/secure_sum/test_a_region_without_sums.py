"""Hub and nodes without secure sums, where bootstrap hands in none: the same answers and releases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from federation import Federation, federation
from without_sums import HubWithoutSums, NodeWithoutSums

from audit.events.events import decode
from audit.events.question_events import Answered, Released
from audit.events.total_events import Contributed, TotalAsked, TotalReleased
from gateway.hub.asking import ask
from gateway.hub.releasing import next_deadline, release_due
from gateway.question import ask as question
from gateway.wire.cells import Status

OF_SUMS = (Contributed, TotalAsked, TotalReleased)


@contextmanager
def region(directory: Path, *, sums_at_nodes: bool) -> Iterator[Federation]:
    """KH, LA and TH withhold the same few cells; the hub sums nothing, and the nodes do only if so said."""
    with federation(directory, "KH", "LA", "TH") as opened:
        opened.hub = replace(opened.hub, regional=HubWithoutSums())
        for member in opened.members.values():
            member.link.hub, member.link.carries = opened.hub, True
            if not sums_at_nodes:
                member.regional = NodeWithoutSums()
        yield opened


def released(region: Federation) -> tuple[str, list[Status]]:
    """A question that every member has answered and withholds a part of: its id, and the table's statuses."""
    asked = question(
        region.hub.dictionary,
        measure="casualties",
        by=("year", "sex"),
        where={},
        purpose="regional-reporting",
    )
    put = ask(region.hub, region.analyst, asked, timedelta(seconds=30))
    assert next_deadline(region.hub) == put.deadline
    for member in [*region.members.values()] * 3:
        member.round()
    assert release_due(region.hub) == [put.id]
    with region.hub.store.reading() as view:
        release = view.release(put.id)
    assert release is not None
    return put.id, [cell.status for cell in release.cells]


def events(region: Federation) -> list[object]:
    own = [entry for member in region.members.values() for entry in member.log_entries()]
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        return [decode(entry) for entry in (*own, *view.log.read_entries(0, head.size))]


def test_a_region_without_sums_answers_and_releases(tmp_path: Path) -> None:
    with region(tmp_path, sums_at_nodes=False) as there:
        asked, statuses = released(there)

        assert {Status.VALUE, Status.WITHHELD} <= set(statuses)
        found = events(there)
        assert sum(isinstance(event, Answered) for event in found) == len(there.members)
        assert sum(isinstance(event, Released) for event in found) == 1
        assert not any(isinstance(event, OF_SUMS) for event in found)
        for member in there.members.values():
            with member.node.store.reading() as view:
                assert view.sums.offer(asked) is None


def test_what_nodes_offer_to_a_hub_that_sums_nothing_is_told_to_be_refused_and_holds_nothing_up(
    tmp_path: Path,
) -> None:
    with region(tmp_path, sums_at_nodes=True) as there:
        asked, statuses = released(there)

        assert Status.WITHHELD in statuses
        for member in there.members.values():
            with member.node.store.reading() as view:
                assert view.sums.offer(asked) is not None
                assert view.sums.offers_to_send() == [], "an offer is not sent for ever"
        assert not any(isinstance(event, OF_SUMS) for event in events(there))
