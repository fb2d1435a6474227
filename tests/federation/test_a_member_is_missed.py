"""A hub and members as processes: one that is away is missed at once, and its answer comes later."""

from collections.abc import Iterator

import pytest
from forked_processes import popen
from real_region import RealRegion, real_region, wait_until

pytestmark = pytest.mark.processes

MEMBERS = ("KH", "LA", "VN")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegion]:
    folder = tmp_path_factory.mktemp("region")
    with real_region(folder, *MEMBERS, popen=popen) as made:
        made.start_all()
        yield made


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
