"""A hub and five members as processes: a total under masks is published, and people are counted once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import httpx
import numpy as np
import pytest
from federation import Federation
from real_region import RealRegion, real_region, wait_until
from signing import leave

from gateway.bootstrap.hub import add_user
from gateway.bootstrap.member import count_link, open_member
from gateway.hub.model import Role
from gateway.member.count_turns import allow, leave_to_count, send_steps
from gateway.member.count_turns import turns as turns_at
from gateway.member.snapshot import LINKS, Column, Snapshot

pytestmark = pytest.mark.processes

MEMBERS = ("KH", "LA", "MM", "TH", "VN")
YEARS, EACH_YEAR = (2022, 2023, 2024), 12
KILLED = {"KH": 4, "LA": 4, "MM": 3, "TH": 4, "VN": 4}
UNKNOWN = 20
"""As many more each year of unknown outcome: were there none, that zero might be withheld with the killed."""
NUMBERS = {
    "KH": ["010-001", "010-002", "010-003", "010-004", "010-005", "010-006"],
    "LA": ["010001", "010002", "010003"],
    "MM": ["၀၁၀၀၀၄", "020001"],
    "TH": ["010005", "030001"],
    "VN": ["040001"],
}
"""Five people stand in two registers, some of them written otherwise there."""
DISTINCT = 9


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
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealRegion, str]]:
    tokens = []

    def operator(made: Federation) -> None:
        tokens.append(add_user(made.hub, "operator", "ARMAC", Role.OPERATOR, []))

    folder = tmp_path_factory.mktemp("region")
    with real_region(folder, *MEMBERS, people=people, prepare=operator) as made:
        made.start_all()
        yield made, tokens[0]


def test_a_total_that_no_state_can_give(region: tuple[RealRegion, str]) -> None:
    made, _ = region
    with made.client() as client:
        release = made.released(client, made.ask(client, "country", "year", "outcome", deadline=60))

    summed = {cell.key: cell.value for cell in release.cells if cell.under_masks}
    assert {key[2] for key in summed} == {"K", "I"}
    for (_, _, outcome), value in summed.items():
        killed = sum(KILLED.values())
        assert value == (killed if outcome == "K" else EACH_YEAR * len(MEMBERS) - killed)


def test_people_are_counted_once(region: tuple[RealRegion, str]) -> None:
    made, token = region
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=made.url, headers=headers, timeout=40, trust_env=False) as operator:
        begun = operator.post("/api/v1/counts", json={"epoch": "2026", "size": 8})
        assert begun.status_code == 202, begun.text

        def state() -> dict[str, object]:
            return dict(operator.get("/api/v1/counts/2026").json())

        wait_until(lambda: set(state()["waits_for"].values()) == {"seal"}, "that all have joined", 90)  # type: ignore[attr-defined]
        for code in MEMBERS:
            with (
                open_member(made.directory / code) as node,
                closing(count_link(made.directory / code, node, made.url)) as link,
            ):
                (turn,) = turns_at(node, link)
                allow(node, turn, leave(node, leave_to_count(node, turn)), NUMBERS[code])
                send_steps(node, link)
        wait_until(lambda: state()["state"] != "open", "the count", 180)
        found = state()

    assert (found["state"], found["people"]) == ("counted", DISTINCT)
    assert found["done"] == {"decline": [], "join": [*MEMBERS], "mix": [*MEMBERS], "seal": [*MEMBERS]}


def test_a_stopped_member_does_not_cost_the_deadline(region: tuple[RealRegion, str]) -> None:
    """The region knows within moments that it is away; its answer comes later, as a release of its own."""
    made, _ = region
    made.kill("VN")
    with made.client() as client:

        def away() -> bool:
            members = client.get("/api/v1/members").json()
            return [m["member"] for m in members if m["offline_since"]] == ["VN"]

        wait_until(away, "that VN is missed", 90)
        question = made.ask(client, "country", "sex", deadline=600)
        first = made.released(client, question, seconds=60)
        assert [c.member for c in first.coverage if c.offline_since] == ["VN"]

        made.start("VN")
        second = made.released(client, question, after=1, seconds=240)
    assert [c.member for c in second.coverage if c.late] == ["VN"]
    assert all(c.answered for c in second.coverage)
