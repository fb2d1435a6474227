"""The auditor's desk on either side: entries are found, explained, proved; and readings are logged."""

import json
import re
from collections.abc import Sequence

import pytest
from entrances import Browser, House
from logged import SECRET, asked, denied, refused, released

from audit.events.events import Event, LogRead, encode
from audit.reading.dossier import Dossier
from gateway.accounts import tokens
from gateway.accounts.model import Offer, Role, Scope, Side, TokenRequest
from gateway.api.services import AUDITED
from gateway.auditing.audited_log import AuditedLog
from gateway.store.engine.logs import SqlLogStorage
from gateway.web.auditor.entry_kinds import GROUPS, KINDS

SCRIPT = '<script>alert("1")</script>'


def log(house: House, *events: Event) -> list[int]:
    """Put entries into the log, as real events would."""
    accounts = house.accounts
    with accounts.store.writing() as work:
        now = int(accounts.clock.now().timestamp())
        return list(accounts.log.append(work.log, [encode(event) for event in events], now))


def readings(house: House) -> list[str]:
    return [event.action.value for event in house.events() if isinstance(event, LogRead)]


def program(house: House) -> dict[str, str]:
    tokens.add_program(house.accounts, Offer("checker@walk.example", "Court", Role.AUDITOR), "walk")
    requested = TokenRequest("walk", frozenset({Scope.AUDIT}))
    token = tokens.make_token(house.accounts, "operator", "checker@walk.example", requested)
    return {"Authorization": f"Bearer {token}"}


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'scope="row" class="number"><a href="/audit/entries/(\d+)"', page)]


def test_an_auditor_begins_with_the_health_of_the_log(house: House, auditor: Browser) -> None:
    assert auditor.get("/").headers["Location"] == "/audit/overview"
    assert "Nobody else vouches for the log" in auditor.get("/audit/overview").text
    page = auditor.get("/audit/entries").text

    assert "signed in on" in page
    assert "auditor@walk.example" in page


def test_entries_are_filtered_newest_first_and_each_search_is_logged(house: House, auditor: Browser) -> None:
    first, second, third = log(house, asked("q-1"), denied("q-2", purpose="else"), asked("q-3"))

    found = auditor.get("/audit/entries?type=asked").text
    assert numbers(found) == [third, first]
    assert numbers(auditor.get("/audit/entries?purpose=else").text) == [second]
    assert numbers(auditor.get("/audit/entries?question=q-3").text) == [third]
    assert numbers(auditor.get("/audit/entries?member=LA&until=2026-01-06").text) == [third, first]
    assert readings(house) == ["list"] * 4


def test_readings_of_the_log_are_shown_when_asked_for(house: House, auditor: Browser) -> None:
    auditor.get("/audit/entries")

    assert "log-read" not in auditor.get("/audit/entries.json").text
    usual = numbers(auditor.get("/audit/entries").text)
    everything = numbers(auditor.get("/audit/entries?readings=true").text)
    assert len(everything) > len(usual)


def test_older_entries_are_a_page_away(house: House, auditor: Browser) -> None:
    log(house, *(asked(f"q-{n}") for n in range(120)))

    seen: list[int] = []
    path = "/audit/entries?type=asked"
    while path:
        page = auditor.get(path).text
        seen += numbers(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else ""

    assert len(seen) == 120
    assert seen == sorted(seen, reverse=True)


def test_htmx_gets_the_found_entries_alone(house: House, auditor: Browser) -> None:
    part = auditor.get("/audit/entries", headers={"HX-Request": "true"})

    assert "<html" not in part.text
    assert part.text.strip().startswith('<div id="found"')
    assert "HX-Request" in part.headers["Vary"]


def test_what_cannot_be_searched_is_said(house: House, auditor: Browser) -> None:
    for query in ("since=yesterday", "before=-1", "outcome=odd", "nothing=1", "member=" + "x" * 999):
        response = auditor.get(f"/audit/entries?{query}")
        assert response.status_code == 422, query
        assert "This search is not possible" in response.text
    assert readings(house) == []


def test_an_entry_is_a_sentence_with_its_proof(house: House, auditor: Browser) -> None:
    (number,) = log(house, denied("q-9", organisation=SCRIPT))

    page = auditor.get(f"/audit/entries/{number}").text

    assert "asked on" in page
    assert "proved" in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert 'href="/audit/questions/q-9"' in page


def test_what_the_log_does_not_have_is_not_there(house: House, auditor: Browser) -> None:
    for path in ("entries/99999", f"entries/{10**30}", "questions/q-none", "download/q-none"):
        assert auditor.get(f"/audit/{path}").status_code == 404


def test_a_question_is_shown_with_all_its_entries_and_downloaded(house: House, auditor: Browser) -> None:
    (first,) = log(house, asked("q-7"))
    log(house, released("q-7", index=first, answered=("KH",), missing=("LA",)))

    page = auditor.get("/audit/questions/q-7").text
    bundle = auditor.get("/audit/download/q-7")

    assert "LA gave no answer in time" in page
    assert "python -m audit explain safelane-q-7.json" in page
    assert len(Dossier.parse(bundle.text).entries) == 2
    assert 'filename="safelane-q-7.json"' in bundle.headers["Content-Disposition"]
    assert "dossier" in readings(house)


def test_a_decision_is_made_again(house: House, auditor: Browser) -> None:
    """The hub's own decision is replayed from its entry; a member's needs a policy, which this log lacks."""
    if house.accounts.side is Side.HUB:
        good, bad = log(
            house,
            asked("q-1", held=("regional-reporting",)),
            denied("q-2", held=("regional-reporting",), reasons=("purpose-not-held",)),
        )
        assert "is the logged one" in auditor.get(f"/audit/entries/{good}").text
        assert "differs from the log" in auditor.get(f"/audit/entries/{bad}").text
    else:
        (number,) = log(house, refused("q-1", policy_version="7", decision=SECRET))
        assert "cannot be replayed" in auditor.get(f"/audit/entries/{number}").text
    assert "replay" in readings(house)


def test_an_entry_that_was_changed_afterwards_is_shown_as_not_proved(
    house: House, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = log(house, asked("q-1"))
    audited: AuditedLog = house.app.extensions[AUDITED]
    kept_log = audited.kept.log
    changed = encode(asked("q-1", purpose="another"))
    monkeypatch.setattr(type(kept_log), "entry", lambda _self, _storage, _number: changed)

    assert "not proved" in auditor.get(f"/audit/entries/{number}").text


def test_a_damaged_entry_is_named_on_every_page_and_all_others_are_shown(
    house: House, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmed, other = log(house, asked("q-1"), asked("q-2"))
    usual = SqlLogStorage.read_entries

    def read(storage: SqlLogStorage, start: int, end: int) -> list[bytes]:
        entries = enumerate(usual(storage, start, end), start)
        return [entry.replace(b"q-1", b"q-9") if number == harmed else entry for number, entry in entries]

    def read_each(storage: SqlLogStorage, numbers: Sequence[int]) -> list[bytes]:
        return [read(storage, number, number + 1)[0] for number in numbers]

    monkeypatch.setattr(SqlLogStorage, "read_entries", read)
    monkeypatch.setattr(SqlLogStorage, "read_each", read_each)

    listed = auditor.get("/audit/entries").text
    said = f"Entry {harmed} is damaged: what is stored is not what was logged."
    assert said in listed
    assert other in numbers(listed)
    assert harmed not in numbers(listed)
    shown = auditor.get(f"/audit/entries/{harmed}")
    assert shown.status_code == 500
    assert said in shown.text
    assert "safelane log check" in shown.text
    assert "q-9" not in shown.text
    assert said in auditor.get("/audit/sample?count=1000").text
    assert "safelane log check" in auditor.get("/audit/alerts").text
    assert auditor.get("/audit/questions/q-2").status_code == 200
    api = house.app.test_client().get("/api/v1/audit/entries", headers=program(house))
    assert api.json["damaged"] == [harmed]


def test_what_is_wrong_with_the_database_is_said_in_words(
    house: House, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(storage: SqlLogStorage, *_: object) -> list[bytes]:
        return list(storage._connection.exec_driver_sql("SELECT entry FROM nowhere").scalars())

    monkeypatch.setattr(SqlLogStorage, "read_entries", read)
    monkeypatch.setattr(SqlLogStorage, "read_each", read)
    for page in ("overview", "entries", "entries/1", "sample?count=1", "alerts"):
        shown = auditor.get(f"/audit/{page}")
        assert shown.status_code == 503, page
        assert "lacks something that Safelane made" in shown.text, page
        assert "SELECT" not in shown.text


def test_head_alerts_and_sample(house: House, auditor: Browser) -> None:
    log(house, *(denied(f"q-{n}") for n in range(6)))

    before = auditor.get("/audit/overview").text
    head = auditor.get("/audit/checkpoint").text
    alerts = auditor.get("/audit/alerts").text
    sample = auditor.get("/audit/sample?count=3&seed=dice").text
    again = auditor.get(f"/audit/sample?count=3&seed=dice&size={_drawn_from(sample)}").text

    assert "No witness cosigns this log yet" in head
    assert house.accounts.log.origin in head
    assert "denials" in alerts
    assert "No sample has been drawn from this log yet." in before
    assert "The last sample was drawn on" in auditor.get("/audit/overview").text
    assert len(numbers(sample)) == 3
    assert numbers(sample) == numbers(again)
    assert {"alerts", "sample"} <= set(readings(house))


def test_a_sample_that_cannot_be_drawn_is_said(auditor: Browser) -> None:
    for query in ("count=0", "count=many", "count=3&size=99999", "size=3"):
        response = auditor.get(f"/audit/sample?{query}")
        assert response.status_code == 422, query
        assert 'class="error"' in response.text


def test_every_page_has_a_twin_for_programs_of_the_same_model(house: House, auditor: Browser) -> None:
    (number,) = log(house, asked("q-5"))
    client = house.browser(**program(house)).client
    twins = ("overview", "entries", f"entries/{number}", "questions/q-5", "checkpoint", "alerts", "sample")

    for twin in twins:
        answer = client.get(f"/api/v1/desk/audit/{twin}.json")
        assert answer.status_code == 200, twin
        assert answer.headers["Content-Type"] == "application/json"
    entry = client.get(f"/api/v1/desk/audit/entries/{number}.json").json()
    assert json.loads(entry["entry"]["text"])["question_id"] == "q-5"
    assert house.browser().get("/api/v1/desk/audit/entries.json").status_code == 401


def test_the_api_is_on_both_sides(house: House, auditor: Browser) -> None:
    (number,) = log(house, denied("q-1", held=()))
    client = house.browser(**program(house)).client

    assert client.get("/api/v1/audit/entries?type=denied").json()["entries"][0]["number"] == number
    assert client.get("/api/v1/audit/log-status").json()["size"] > number
    again = client.get(f"/api/v1/audit/replays/{number}")
    assert again.status_code == (200 if house.accounts.side is Side.HUB else 409)
    assert client.get("/api/v1/audit/replays/99999").status_code == 404
    assert "/api/v1/audit/entries" in client.get("/openapi.json").json()["paths"]


def test_others_do_not_come_in(house: House) -> None:
    role = Role.ANALYST if house.accounts.side is Side.HUB else Role.OPERATOR
    other = house.signed_in(house.person("other@walk.example", role))

    assert other.get("/audit/entries").status_code == 403
    assert readings(house) == []


def _drawn_from(page: str) -> int:
    found = re.search(r"Drawn from (\d+) entries", page)
    assert found is not None
    return int(found[1])


def test_entries_are_described_in_the_language_of_the_page(auditor: Browser) -> None:
    auditor.get("/language/km?next=/audit/entries")
    page = auditor.get("/audit/entries").text

    assert "សវនករ នៃ " in page  # an auditor of ...
    assert "signed in on" not in page
    assert not re.search(r"\d{4}-\d\d-\d\d \d\d:", page), "moments are written as readers of the page do"


def test_who_made_an_entry_without_a_person_is_said_in_words(house: House, auditor: Browser) -> None:
    number, _ = log(house, released(), asked("q-3"))

    page = auditor.get("/audit/entries").text
    assert "the hub&#39;s program" in page
    assert "a person whose name is not kept here" in page
    assert "the hub&#39;s program" in auditor.get(f"/audit/entries/{number}").text


def test_the_filter_offers_words_in_groups_and_keeps_what_was_typed(house: House, auditor: Browser) -> None:
    page = auditor.get("/audit/entries?purpose=of-before").text

    assert '<optgroup label="Questions and answers">' in page
    assert '<option value="policy-signed">policy signed</option>' in page
    assert '<option value="KH">Cambodia</option>' in page
    assert '<option value="of-before" selected>of-before</option>' in page
    assert "the question was not proved to be logged" in page
    grouped = [kind for _, kinds in GROUPS for kind in kinds]
    assert sorted(grouped) == list(KINDS)
