"""A hub and five members as processes: a secure sum is published, and one that is away is missed."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from real_region import RealRegion, real_region, wait_until

from gateway.member.model.snapshot import LINKS, Column, Snapshot

pytestmark = pytest.mark.processes

MEMBERS = ("KH", "LA", "MM", "TH", "VN")
YEARS, EACH_YEAR = (2022, 2023, 2024), 12
KILLED = {"KH": 4, "LA": 4, "MM": 3, "TH": 4, "VN": 4}
UNKNOWN = 20
"""As many more each year of unknown outcome: were there none, that zero might be withheld with the killed."""


def people(member: str) -> Snapshot:
    """Every year twelve killed or injured, three or four of them killed: too few to be shown by any state."""
    rows = range(len(YEARS) * (EACH_YEAR + UNKNOWN))
    outcomes = "K" * KILLED[member] + "I" * (EACH_YEAR - KILLED[member]) + "U" * UNKNOWN
    return Snapshot.of(
        member=member,
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns={
            "date": Column.of([f"{YEARS[n // len(outcomes)]}-{1 + n % 12:02d}" for n in rows]),
            "sex": Column.of(["M" for _ in rows]),
            "outcome": Column.of(list(outcomes * len(YEARS))),
            "victim_type": Column.of(["DIR" for _ in rows]),
        },
        consent=Column.of(["AGG" for _ in rows]),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in rows]) for name in LINKS},
    )


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegion]:
    folder = tmp_path_factory.mktemp("region")
    with real_region(folder, *MEMBERS, people=people) as made:
        made.start_all()
        yield made


def test_a_total_that_no_state_can_give(region: RealRegion) -> None:
    with region.client() as client:
        release = region.released(client, region.ask(client, "country", "year", "outcome", deadline=60))

    summed = {cell.key: cell.value for cell in release.cells if cell.masked_members}
    assert {key[2] for key in summed} == {"K", "I"}
    for (_, _, outcome), value in summed.items():
        killed = sum(KILLED.values())
        assert value == (killed if outcome == "K" else EACH_YEAR * len(MEMBERS) - killed)


def test_a_stopped_member_does_not_cost_the_deadline(region: RealRegion) -> None:
    """The region knows within moments that it is away; its answer comes later, as a release of its own."""
    region.kill("VN")
    with region.client() as client:

        def away() -> bool:
            members = client.get("/api/v1/members").json()
            return [m["member"] for m in members if m["offline_since"]] == ["VN"]

        wait_until(away, "that VN is missed", 90)
        question = region.ask(client, "country", "sex", deadline=600)
        first = region.released(client, question, seconds=60)
        assert [c.member for c in first.coverage if c.offline_since] == ["VN"]

        region.start("VN")
        second = region.released(client, question, after=1, seconds=240)
    assert [c.member for c in second.coverage if c.late] == ["VN"]
    assert all(c.answered for c in second.coverage)
