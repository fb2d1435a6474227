"""Asking over HTTP: what a program sees, and what is reported to it when it asks wrongly."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from regions import Region

from audit.events.account_events import AccessRefused
from audit.events.events import decode
from audit.formats.checkpoint import Checkpoint
from gateway.hub.context import Hub
from gateway.hub.releasing import release_due
from gateway.member.errors import LinkError
from gateway.wire.poll import poll_reply_from_json

QUESTION = {
    "measure": "casualties",
    "by": ["country", "outcome"],
    "where": {},
    "purpose": "regional-reporting",
}
PROBLEM = "application/problem+json"


def state(hub: Hub) -> tuple[int, int]:
    """Size of the log and number of open questions: what a refusal must leave as it was."""
    with hub.store.reading() as view:
        return Checkpoint.parse(hub.log.checkpoint(view.log).text).size, len(view.open_questions())


def test_ask_answer_release(region: Region) -> None:
    asked = region.analyst.post("/api/v1/questions", json=QUESTION)
    assert asked.status_code == 202
    where = asked.headers["Location"]

    for code, cells in (("KH", (7, 20, 0, 27)), ("TH", (None, 6, 0, 9))):
        with region.member(code) as client:
            reply = client.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
            (delivery,) = poll_reply_from_json(reply.json()).deliveries
            sent = region.members[code].answer(delivery, *cells)
            assert client.post("/federation/v2/answers", json=sent.as_json()).status_code == 425
            region.members[code].show(region.hub)
            assert client.post("/federation/v2/answers", json=sent.as_json()).status_code == 204
            assert client.post("/federation/v2/answers", json=sent.as_json()).status_code == 409
    release_due(region.hub)

    body = region.analyst.get(where, params={"wait": 5}).json()
    assert body["state"] == "released"
    by_key = {tuple(c["key"].values()): c for c in body["release"]["cells"]}
    assert by_key["KH", "K"] == {
        "key": {"country": "KH", "outcome": "K"},
        "status": "value",
        "value": 7,
    }
    assert by_key["Total", "K"]["status"] == "withheld"
    assert {"entry", "proof"} <= set(body["released"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"measure": "casulties"}, "casualties"),
        ({"by": ["contry"]}, "country"),
        ({"where": {"sex": ["Q"]}}, "'Q'"),
        ({"where": {"sx": ["F"]}}, "sex"),
        ({"purpose": "regional-report"}, "regional-reporting"),
        ({"by": ["x"] * 11}, "by"),
        ({"by": "country"}, "by"),
        ({"colour": "red"}, "colour"),
        ({"deadline_seconds": 0}, "deadline_seconds"),
        ({"deadline_seconds": "soon"}, "deadline_seconds"),
        ({"measure": None}, "measure"),
    ],
)
def test_a_wrong_question_changes_nothing(region: Region, change: dict[str, Any], said: str) -> None:
    before = state(region.hub)

    refused = region.analyst.post("/api/v1/questions", json={**QUESTION, **change})

    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == PROBLEM
    assert said in refused.text
    assert state(region.hub) == before


def test_what_is_not_json_changes_nothing(region: Region) -> None:
    before = state(region.hub)
    for content in (b"", b"{", b"[1]", b"\xff\xfe", b"null", b'{"by": NaN}'):
        refused = region.analyst.post(
            "/api/v1/questions", content=content, headers={"Content-Type": "application/json"}
        )
        assert 400 <= refused.status_code < 500
        assert refused.headers["Content-Type"] == PROBLEM
    assert state(region.hub) == before


def test_ten_megabytes_are_refused_before_they_are_read(region: Region) -> None:
    before = state(region.hub)
    body = b'{"measure": "' + b"x" * 10_000_000 + b'"}'

    try:
        status = region.analyst.post(
            "/api/v1/questions", content=body, headers={"Content-Type": "application/json"}
        ).status_code
    except httpx.WriteError:  # the hub hung up while we were still sending
        status = 413

    assert status == 413
    assert state(region.hub) == before
    assert region.analyst.get("/api/v1/members").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/questions"),
        ("GET", "/api/v1/questions"),
        ("GET", "/api/v1/questions/q-1"),
        ("GET", "/api/v1/catalogue"),
        ("GET", "/api/v1/members"),
    ],
)
def test_a_wrong_token_opens_nothing(region: Region, method: str, path: str) -> None:
    before = state(region.hub)

    for headers in ({"Authorization": ""}, {"Authorization": "Basic abc"}, region.nobody.headers):
        assert state(region.hub) == before
        refused = region.nobody.request(method, path, json={"anything": 1}, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert refused.headers["Content-Type"] == PROBLEM
    size, questions = state(region.hub)
    assert (size, questions) == (before[0] + 1, before[1]), "a token that nobody has is logged, and no more"


@pytest.mark.parametrize("path", ["/federation/v2/poll", "/federation/v2/answers"])
def test_an_unsigned_call_opens_nothing(region: Region, path: str) -> None:
    before = state(region.hub)

    refused = region.analyst.post(path, json={"anything": 1})

    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == PROBLEM
    assert state(region.hub) == before


def test_a_person_is_no_member_and_a_member_no_person(region: Region) -> None:
    with region.member("KH") as member, pytest.raises(LinkError, match=r"\(401\)"):
        member.post("/api/v1/questions", json=QUESTION)
    assert region.analyst.post("/federation/v2/poll", json={"seen_size": 0}).status_code == 401


def test_an_auditor_asks_no_questions(region: Region) -> None:
    refused = region.auditor.post("/api/v1/questions", json=QUESTION)

    assert refused.status_code == 403
    assert "role" in refused.json()["detail"]


def test_somebody_elses_question_looks_like_none(region: Region) -> None:
    asked = region.analyst.post("/api/v1/questions", json=QUESTION).json()

    other = region.other.get(f"/api/v1/questions/{asked['id']}")
    none = region.other.get("/api/v1/questions/q-does-not-exist")

    assert other.status_code == none.status_code == 404
    assert other.json() == none.json()
    with region.hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        last = decode(view.log.read_entries(head.size - 1, head.size)[0])
    assert isinstance(last, AccessRefused)
    assert (last.role, last.action, last.reason) == ("analyst", "ask", "not-there-or-not-own")


def test_one_sees_ones_own_questions(region: Region) -> None:
    asked = region.analyst.post("/api/v1/questions", json=QUESTION).json()

    assert [q["id"] for q in region.analyst.get("/api/v1/questions").json()] == [asked["id"]]
    assert region.other.get("/api/v1/questions").json() == []


def test_the_catalogue_names_every_word_that_can_be_asked(region: Region) -> None:
    catalogue = region.analyst.get("/api/v1/catalogue").json()

    assert "casualties" in {m["name"] for m in catalogue["measures"]}
    outcome = next(level for level in catalogue["levels"] if level["name"] == "outcome")
    assert outcome["codes"]["K"] == "killed"


def test_the_log_can_be_read_by_anybody_as_tiles(region: Region) -> None:
    with httpx.Client(base_url=region.url, trust_env=False) as anybody:
        checkpoint = anybody.get("/log/checkpoint")
        size = Checkpoint.parse(checkpoint.text.partition("\n\n")[0] + "\n").size
        assert checkpoint.headers["Cache-Control"] == "no-cache"
        assert anybody.get("/log/vkey").text.strip() == str(region.hub.log.key)
        witnesses = anybody.get("/log/witnesses").text.split()
        assert witnesses == [m.enrolment.witness_key for m in region.members.values()]
        assert len(anybody.get(f"/log/tile/0/000.p/{size}").content) == 32 * size
        assert anybody.get("/log/tile/0/000.p/999").status_code == 404
        assert anybody.get("/log/../../etc/passwd").status_code == 404


def test_a_poll_brings_a_question_that_waits(region: Region) -> None:
    with region.member("TH") as client:
        empty = client.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0.2})
        region.analyst.post("/api/v1/questions", json=QUESTION)
        full = client.post("/federation/v2/poll", json={"seen_size": 0, "wait": 20})

    assert empty.json()["deliveries"] == []
    assert len(full.json()["deliveries"]) == 1


def test_a_member_that_claims_to_have_seen_more_is_told_so(region: Region) -> None:
    with region.member("TH") as client:
        refused = client.post("/federation/v2/poll", json={"seen_size": 10**6})

    assert refused.status_code == 409
    assert "restore" in refused.json()["remedy"]


def test_the_description_is_openapi_3_1(region: Region) -> None:
    description = region.analyst.get("/openapi.json").json()

    assert description["openapi"] == "3.1.0"
    assert {"/api/v1/questions", "/federation/v2/poll"} <= set(description["paths"])


def test_what_no_database_keeps_is_refused(region: Region) -> None:
    for odd in ("\0", "a\0b", "\ud800"):
        address = quote(odd, safe="", errors="surrogatepass")
        bounds = {"question_id": odd, "at_least": [], "at_most": []}
        offer = {"question_id": odd, "consent": "AGG", "low": [], "high": [], "cells": [], "threshold": 5}
        hello = {"software": odd, "majors": [1], "features": []}
        waiting, serves = ({"seen_size": 0, "waiting": [odd]}, {"seen_size": 0, "serves": ["1", odd]})

        assert region.analyst.get(f"/api/v1/questions/{address}").status_code == 404
        assert region.analyst.get(f"/api/v1/questions/{address}/releases/1").status_code == 404
        with region.member("KH") as client:
            polls = (("v2/poll", waiting), ("v2/poll", serves))
            for path, body in (("v2/bounds", bounds), ("v2/offers", offer), ("v1/hello", hello), *polls):
                sent = json.dumps(body).encode()  # httpx would not take it
                headers = {"Content-Type": "application/json"}
                reply = client.post(f"/federation/{path}", content=sent, headers=headers)
                assert reply.status_code == 422
