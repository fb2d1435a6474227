"""Auditors over HTTP: they find, explain, draw and take away, and each of that is an entry of the log."""

import json
from pathlib import Path
from typing import Any

import pytest
from regions import Region
from simulation import hand_in

from audit.commands.command_line import main as audit_main
from audit.events.events import LogRead, decode
from gateway.hub.releasing import release_due

ANALYST = "analyst@armac.example"
QUESTION: dict[str, Any] = {
    "measure": "casualties",
    "by": ["country", "outcome"],
    "where": {},
    "purpose": "regional-reporting",
}
PATHS = (
    "/api/v1/audit/entries",
    "/api/v1/audit/explanations/0",
    "/api/v1/audit/dossiers/q-1",
    "/api/v1/audit/sample?count=2",
    "/api/v1/audit/alerts",
)


@pytest.fixture
def asked(region: Region) -> str:
    """A question that KH answered, TH did not, and that was released."""
    posted = region.analyst.post("/api/v1/questions", json={**QUESTION, "deadline_seconds": 60})
    assert posted.status_code == 202
    number: str = posted.json()["id"]
    member = region.members["KH"]
    (delivery,) = member.poll(region.hub).deliveries
    hand_in(region.hub, member, member.answer(delivery, 7, 20, 0, 27))
    region.hub.clock.move(seconds=100)  # type: ignore[attr-defined]
    release_due(region.hub)
    return number


def get(region: Region, path: str, **query: Any) -> Any:
    reply = region.auditor.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def log(region: Region) -> list[object]:
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        return [decode(entry) for entry in view.log.read_entries(0, head.size)]


def test_entries_are_found_with_who_it_was(region: Region, asked: str) -> None:
    found = get(region, PATHS[0], actor=ANALYST, type="asked")
    (entry,) = found["entries"]
    assert entry["entry"]["question_id"] == asked
    assert entry["actor"] == ANALYST
    assert entry["says"].startswith("An analyst of ARMAC asked")
    assert found["next"] is None


def test_pages_follow_each_other(region: Region, asked: str) -> None:
    numbers, start = [], 0
    while start is not None:
        page = get(region, PATHS[0], limit=2, start=start)
        numbers += [entry["number"] for entry in page["entries"]]
        start = page["next"] if page["next"] is None or page["next"] < 8 else None
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 8


def test_a_question_is_told_as_a_story(region: Region, asked: str) -> None:
    lines = get(region, f"/api/v1/audit/explanations/{asked}")["lines"]
    assert f"The person: {ANALYST}" in "\n".join(lines)
    assert "TH gave no answer in time." in lines
    assert any("KH answered on" in line for line in lines)


def test_a_dossier_is_checked_offline(
    region: Region, asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = region.auditor.get(f"/api/v1/audit/dossiers/{asked}")
    canonical = json.dumps(reply.json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (tmp_path / "dossier").write_text(canonical, encoding="utf-8")
    assert audit_main(["explain", str(tmp_path / "dossier")]) == 0
    said = capsys.readouterr().out
    assert "TH gave no answer in time." in said
    assert ANALYST not in said


def test_a_sample_follows_from_its_head(region: Region, asked: str) -> None:
    first = get(region, "/api/v1/audit/sample", count=3, size=5)
    assert len(first["entries"]) == 3
    assert get(region, "/api/v1/audit/sample", count=3, size=5) == first
    assert region.auditor.get("/api/v1/audit/sample", params={"count": 3, "size": 10**6}).status_code == 404


def test_alerts_name_their_entries(region: Region, asked: str) -> None:
    region.analyst.post("/api/v1/questions", json={**QUESTION, "deadline_seconds": 1})
    region.hub.clock.move(days=1)  # type: ignore[attr-defined]
    found = get(region, "/api/v1/audit/alerts")
    assert "no-end" in {alert["kind"] for alert in found}
    assert all(alert["entries"] for alert in found)


@pytest.mark.parametrize(
    ("path", "action"),
    [(PATHS[0], "list"), (PATHS[1], "explain"), (PATHS[3], "sample"), (PATHS[4], "alerts")],
)
def test_every_reading_is_an_entry(region: Region, path: str, action: str) -> None:
    before = len(log(region))
    assert region.auditor.get(path).status_code == 200
    (read,) = log(region)[before:]
    assert isinstance(read, LogRead)
    assert (read.action, read.organisation, read.role) == (action, "ARMAC", "auditor")


def test_what_was_looked_for_can_be_opened_by_the_hub_alone(region: Region) -> None:
    before = len(log(region))
    get(region, PATHS[0], actor=ANALYST, member="KH")
    read = log(region)[before]
    assert isinstance(read, LogRead)
    with region.hub.store.reading() as view:
        opening = view.opening("search", before)
    assert opening is not None
    opening.verify(read.search)
    assert json.loads(opening.value) == {"limit": 100, "member": "KH", "person": ANALYST, "start": 0}


@pytest.mark.parametrize("path", PATHS)
def test_only_auditors_audit(region: Region, path: str) -> None:
    refused = region.analyst.get(path)
    assert refused.status_code == 403
    assert region.nobody.get(path).status_code == 401
    assert not any(isinstance(event, LogRead) for event in log(region))


def test_anybody_reads_the_tiles_and_nobody_is_told(region: Region) -> None:
    """What needs no name leaves none: else everybody could fill the log by reading it."""
    before = len(log(region))
    region.nobody.headers.pop("Authorization")
    assert region.nobody.get("/log/checkpoint").status_code == 200
    assert len(log(region)) == before


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"limit": 0}, {"limit": 1001}, {"colour": "red"},
                                   {"outcome": "maybe"}, {"start": -1}])  # fmt: skip
def test_a_wrong_search_is_said_and_not_logged(region: Region, query: dict[str, Any]) -> None:
    before = len(log(region))
    assert region.auditor.get(PATHS[0], params=query).status_code == 422
    assert len(log(region)) == before


@pytest.mark.parametrize("what", ["q-none", "99999", str(2**63), "9" * 99, "٣"])
def test_what_the_log_does_not_know(region: Region, what: str) -> None:
    assert region.auditor.get(f"/api/v1/audit/explanations/{what}").status_code == 404
