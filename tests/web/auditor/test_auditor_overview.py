"""The auditor's overview, search in words and alerts: no more is claimed than witnesses cosigned."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from entrances import Browser, House
from logged import asked, denied, released

from audit.events.alert_events import AlertExplained, Explanation
from audit.events.events import Event, encode
from audit.reading.alerts import NoticeKind
from gateway.accounts.model import Role, Side
from gateway.auditing.alert_board import AlertBoard, Findings
from gateway.auditing.log_status import LogStatus, WitnessStatus
from gateway.web.auditor.auditor_overview import PATH as OVERVIEW
from gateway.web.auditor.auditor_overview import health_of
from gateway.web.auditor.folding import Fold, Row, folded
from gateway.web.auditor.typed_search import names_of, read

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
NAMES = names_of(
    [
        ("outcome", "refused", ["refused"]),
        ("member", "VN", ["VN", "Viet Nam", "Việt Nam"]),
        ("type", "policy-signed", ["policy signed"]),
        ("organisation", "ARMAC", ["ARMAC"]),
    ]
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")


def log(house: House, *events: Event) -> list[int]:
    with house.accounts.store.writing() as work:
        now = int(house.accounts.clock.now().timestamp())
        return list(house.accounts.log.append(work.log, [encode(event) for event in events], now))


def status(size: int, *cosigned: int | None) -> LogStatus:
    witnesses = tuple(WitnessStatus(f"w{n}", "", one, one and NOW) for n, one in enumerate(cosigned))
    sizes = sorted((one or 0 for one in cosigned), reverse=True)
    return LogStatus("log", size, "", NOW, "", "", witnesses, sizes[len(sizes) // 2] if sizes else 0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (status(9, 9, 9, 8), "All 9 entries stand as they were written: 2 of 3 witnesses cosigned them"),
        (status(9, 7, 9, 5), "7 of 9 entries stand as they were written: 2 of 3 witnesses cosigned them"),
        (status(9, 9, None, None), "Fewer than half of the witnesses have cosigned any of its 9 entries."),
        (status(9), "No witness has cosigned them."),
        (None, "The first entry creates a checkpoint."),
    ],
)
def test_no_more_is_claimed_than_witnesses_cosigned(house: House, found: LogStatus | None, said: str) -> None:
    with house.app.test_request_context():
        health = health_of(found, None, 0, NOW + timedelta(minutes=2))

    assert said in health.sentence
    assert (health.state == "good") == ("stand as they were written" in said)


def test_an_alert_on_a_watched_log_comes_before_the_praise(house: House) -> None:
    with house.app.test_request_context():
        health = health_of(status(9, 9), None, 1, NOW)

    assert (health.state, health.heading) == ("alarm", "Look at the alerts first")


@pytest.mark.parametrize(
    ("typed", "conditions", "left_out"),
    [
        ("refused by Viet Nam", {"outcome": "refused", "member": "VN"}, ("by",)),
        ("viet nam REFUSED", {"outcome": "refused", "member": "VN"}, ()),
        (
            "Policy signed, 2026-10-01",
            {"type": "policy-signed", "since": "2026-10-01", "until": "2026-10-02"},
            (),
        ),
        ("armac October 2026", {"organisation": "ARMAC", "since": "2026-10-01", "until": "2026-11-01"}, ()),
        ("2026-02", {"since": "2026-02-01", "until": "2026-03-01"}, ()),
        ("2025", {"since": "2025-01-01", "until": "2026-01-01"}, ()),
        ("ana@armac.example Q-12ab", {"actor": "ana@armac.example", "question": "q-12ab"}, ()),
        ("2026-02-31 9999-12-31 0000-00", {}, ("2026-02-31", "9999-12-31", "0000-00")),
        ("' OR 1=1 <script> \\x00", {}, ("'", "OR", "1=1", "<script>", "\\x00")),
    ],
)
def test_words_are_read_as_conditions_and_others_are_named(
    typed: str, conditions: dict[str, str], left_out: tuple[str, ...]
) -> None:
    found = read(typed, NAMES, MONTHS)

    assert (found.conditions, found.entry, found.left_out) == (conditions, None, left_out)


def test_a_number_alone_is_an_entry() -> None:
    assert read("entry #89", NAMES).entry == 89
    assert read("89 refused", NAMES).entry is None


def test_everyday_entries_side_by_side_are_one_line() -> None:
    rows = [
        Row(number, NOW, kind, "", None, "", None)
        for number, kind in enumerate(
            ["asked", *["signed-in"] * 2, "log-read", "signed-in", "token-made", "asked"]
        )
    ][::-1]

    newest, fold, oldest = folded(rows)

    assert isinstance(fold, Fold)
    assert (fold.first, fold.last, fold.count) == (1, 5, 5)
    assert dict(fold.kinds) == {"signed-in": 3, "log-read": 1, "token-made": 1}
    assert [one.number for one in (newest, oldest) if isinstance(one, Row)] == [6, 0]


def test_a_search_in_words_leads_to_the_list_with_removable_conditions(
    house: House, auditor: Browser
) -> None:
    (wanted, _) = log(house, denied("q-1"), asked("q-2"))

    found = auditor.get("/audit/find?q=denied ARMAC perhaps")
    page = auditor.get(found.headers["Location"]).text

    assert dict(parse_qsl(urlsplit(found.headers["Location"]).query)) == {
        "outcome": "denied",
        "organisation": "ARMAC",
        "q": "denied ARMAC perhaps",
    }
    assert re.findall(r'class="number"><a href="/audit/entries/(\d+)"', page) == [str(wanted)]
    assert "Not understood, and left out: perhaps" in page
    assert 'href="/audit/entries?organisation=ARMAC">Result: denied' in page
    assert auditor.get(f"/audit/find?q=%23{wanted}").headers["Location"] == f"/audit/entries/{wanted}"
    assert auditor.get("/audit/find?q=" + "a" * 9000).status_code == 303
    assert auditor.get("/audit/find").headers["Location"] == "/audit/entries"


def test_an_alert_is_explained_once_and_open_again_when_it_grows(house: House, auditor: Browser) -> None:
    log(house, *(denied(f"q-{n}") for n in range(6)))
    line = re.search(r'href="(/audit/alert\?kind=denials[^"]+)"', auditor.get(OVERVIEW).text)
    assert line is not None
    address = unescape(line[1])
    page = auditor.get(address).text
    assert "The log has entries about you" in page
    form = dict(re.findall(r'name="(kind|about|first|last)" value="([^"]*)"', page))

    def sent(why: str) -> httpx.Response:
        return auditor.post("/audit/alert", {**form, "explanation": why}, page=address)

    assert sent("because").status_code == 422
    log(house, denied("q-6"))
    assert sent("asked").status_code == 409
    form |= {"last": re.findall(r'name="last" value="(\d+)"', auditor.get(address).text)[0]}
    assert sent("asked").status_code == 303

    (entry,) = [event for event in house.events() if isinstance(event, AlertExplained)]
    assert (entry.alert, entry.about, entry.explanation) == (NoticeKind.DENIALS, "ARMAC", Explanation.ASKED)
    alerts = auditor.get("/audit/alerts").text
    assert "its answer convinces" in alerts
    assert "kind=denials" not in auditor.get(OVERVIEW).text
    log(house, denied("q-7"))
    assert "kind=denials" in auditor.get(OVERVIEW).text
    assert auditor.get("/audit/alert?kind=denials&about=nobody&first=0").status_code == 404


def test_only_an_auditor_explains(house: House) -> None:
    role = Role.ANALYST if house.accounts.side is Side.HUB else Role.CONTROLLER
    other = house.signed_in(house.person("other@walk.example", role))
    form = {"kind": "denials", "about": "ARMAC", "first": "0", "last": "1", "explanation": "asked"}

    assert other.post("/audit/alert", form, page="/account").status_code == 403
    assert not [event for event in house.events() if isinstance(event, AlertExplained)]


def test_questions_stand_with_how_each_member_answered(house: House, auditor: Browser) -> None:
    (first,) = log(house, asked("q-7"))
    log(house, released("q-7", index=first, answered=("KH",), missing=("LA",)))

    page = auditor.get(OVERVIEW).text

    assert "casualties by country and year, where sex is F" in page
    assert 'class="yes" title="Cambodia: answered"' in page
    assert re.search(r'class="no" title="[^"]*: missing"', page)


def test_the_first_search_of_a_long_log_is_waited_for(
    house: House, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_board: AlertBoard, _kept: object) -> Findings | None:
        return None

    monkeypatch.setattr(AlertBoard, "latest", none)
    page = auditor.get(OVERVIEW).text

    assert page.count("The entries are being checked") == 2
    assert "No alert is open" not in page
