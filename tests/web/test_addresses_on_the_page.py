"""Personal addresses on the page of the account: made by their owner, shown once, withdrawn at once."""

import httpx
import pytest
from entrances import Browser, House

from audit.events.account_events import TokenMade
from gateway.accounts import sessions
from gateway.accounts.model import Role
from gateway.api.services import KEY
from gateway.hub.releasing import release_due

WISH = {"label": "workbook of June", "question": "", "days": "30"}


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST, "regional-reporting")


def make(browser: Browser, **changed: str) -> httpx.Response:
    return browser.post("/account/addresses", {**WISH, **changed}, page="/account")


def test_an_address_is_made_shown_once_listed_and_withdrawn(house: House, ana) -> None:
    browser = house.signed_in(ana)
    page = make(browser).text
    address = page.partition('class="secret"><code>')[2].partition("</code>")[0]
    assert address.startswith(f"{house.url}/personal/sla_")
    assert address.endswith("/api/pxweb/v2")
    assert httpx.get(f"{address}/config", trust_env=False).status_code == 200

    listed = browser.get("/account").text
    assert "workbook of June" in listed
    assert address.split("/")[4] not in listed
    with house.accounts.store.reading() as view:
        (kept,) = view.people.tokens_of(ana.name)
    browser.post("/account/tokens/revoke", {"token": kept.id}, page="/account")
    assert httpx.get(f"{address}/config", trust_env=False).status_code == 404


def test_a_workbook_is_offered_once_there_is_a_table(house: House, ana) -> None:
    browser = house.signed_in(ana)
    asked = {"measure": "casualties", "by": "country", "purpose": "regional-reporting", "within": "10"}
    question = browser.post("/ask", asked, page="/ask").headers["Location"].rpartition("/")[2]
    hub = house.app.extensions[KEY]

    before = make(browser, question=question).text
    house.clock.move(seconds=11)
    release_due(hub)
    offered = make(browser, question=question).text

    assert "refreshing.xlsx" not in before
    address = offered.partition('class="button" href="')[2].partition('"')[0]
    reply = httpx.get(address, trust_env=False)
    assert (reply.status_code, reply.content[:2]) == (200, b"PK")


def test_what_cannot_be_is_not_made(house: House, ana) -> None:
    browser = house.signed_in(ana)

    assert make(browser, question="q-of-somebody-else").status_code == 404
    for wrong in ({"days": "0"}, {"days": "soon"}, {"days": "9" * 300}, {"label": " "}, {"label": "x" * 61}):
        assert make(browser, **wrong).status_code == 422, wrong
    auditor = house.signed_in(house.person("aud@armac.example", Role.AUDITOR))
    assert "Personal addresses" not in auditor.get("/account").text
    assert make(auditor).status_code == 422
    assert not any(isinstance(e, TokenMade) for e in house.events())


def test_making_an_address_needs_a_sign_in_of_just_now(house: House, ana) -> None:
    browser = house.signed_in(ana)
    house.clock.move(seconds=sessions.FRESH.total_seconds() + 1)

    assert make(browser).status_code == 303
    assert not any(isinstance(e, TokenMade) for e in house.events())
