"""Numbers with noise on their way: from a node over HTTP to a hub, and from there to whoever asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from federation import Federation, policy_text
from perturbed_region import perturbed_region
from regions import client

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_hub import add_user
from gateway.bootstrap.setup.open_member import hub_link
from gateway.http.link import HttpLink
from gateway.hub.model import Role
from gateway.hub.releasing import release_due
from gateway.wire.answer import AnswerError

PRIVATE = """mechanism: {kind: differential-privacy, budget: 1, per_table: 0.05, first_year: 2021}
priority: [{date: year, sex: sex}]
"""
QUESTION = {
    "measure": "casualties",
    "by": ["country", "year", "sex"],
    "where": {},
    "purpose": "regional-reporting",
}


@contextmanager
def served(place: Path) -> Iterator[tuple[Federation, HttpLink, httpx.Client]]:
    with perturbed_region(place, policy_text("KH").replace("first_year: 2022\n", "") + PRIVATE) as region:
        region.clock.time = datetime.now(UTC)  # calls are believed for a minute only
        token = add_user(region.hub, "a@armac.example", "ARMAC", Role.ANALYST, ["regional-reporting"])
        server = WebServer(create_hub_app(region.hub), "127.0.0.1:0")
        server.start()
        link = hub_link(place / "KH", region.members["KH"].node, server.url)
        try:
            with client(server.url, token) as analyst:
                yield region, link, analyst
        finally:
            link.close()
            server.close()


def answered(region: Federation, link: HttpLink, analyst: httpx.Client) -> dict[str, object]:
    where = analyst.post("/api/v1/questions", json=QUESTION).headers["Location"]
    member = region.members["KH"]
    for _ in range(2):
        replace(member, link=link).round()
    region.clock.time = datetime.now(UTC)
    release_due(region.hub)
    release: dict[str, object] = analyst.get(where, params={"wait": 5}).json()["release"]
    return release


def test_the_answer_says_what_was_done_to_its_numbers(tmp_path: Path) -> None:
    with served(tmp_path) as (region, link, analyst):
        release = answered(region, link, analyst)

    (coverage,) = release["coverage"]  # type: ignore[misc]
    assert coverage["perturbation"] == {"mechanism": "differential-privacy", "epsilon": "0.05", "scale": "20"}
    cells = release["cells"]
    assert isinstance(cells, list)
    assert {cell["status"] for cell in cells} == {"value"}
    assert min(cell["value"] for cell in cells) < 0
    assert {cell["standard_deviation"] for cell in cells if "Total" not in cell["key"].values()} == {28}
    assert not any({"at_least", "at_most", "largest_deviation"} & set(cell) for cell in cells)


def test_a_hub_that_does_not_know_noise_refuses_the_answer_and_the_node_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(*_: object) -> None:
        raise AnswerError("The answer is not in the form of an answer.")

    monkeypatch.setattr("gateway.hub.receiving.open_answer", older)
    with served(tmp_path) as (region, link, analyst):
        analyst.post("/api/v1/questions", json=QUESTION)
        member = region.members["KH"]
        for _ in range(3):
            replace(member, link=link).round()

        with member.node.store.reading() as view:
            assert view.outbox() == [], "it is not handed in for ever"
        with region.hub.store.reading() as there:
            assert there.open_questions()
