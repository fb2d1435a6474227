"""Forms are taken from our own pages only, of this session, and for a limited time."""

import httpx
import pytest
from entrances import House

from audit.events.account_events import AccessRefused
from gateway.accounts.forms import LIFETIME
from gateway.accounts.model import Role
from gateway.api.browsers import VISIT

FIELDS = {"name": "ana@armac.example", "passphrase": "x", "code": "1"}


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST)


def refused(response: httpx.Response) -> bool:
    return response.status_code == 403 and "out of date" in response.text


@pytest.mark.parametrize(
    "token", ["", "1.abc", "0." + "0" * 64, "99999999999." + "a" * 64, "x" * 5000, "1772366400.\x00"]
)
def test_a_forged_form_is_refused(house: House, token: str) -> None:
    browser = house.browser()
    browser.get("/sign-in")

    assert refused(browser.client.post("/sign-in", data={**FIELDS, "form": token}))


def test_a_form_without_the_cookie_it_was_made_for_is_refused(house: House) -> None:
    token = house.browser().form_token("/sign-in")

    assert refused(house.browser().client.post("/sign-in", data={**FIELDS, "form": token}))


def test_a_form_of_another_visit_is_refused(house: House) -> None:
    token = house.browser().form_token("/sign-in")
    other = house.browser()
    other.get("/sign-in")

    assert refused(other.client.post("/sign-in", data={**FIELDS, "form": token}))


def test_a_form_of_another_session_is_refused(house: House, ana) -> None:
    ben = house.person("ben@armac.example", Role.ANALYST)
    token = house.signed_in(ben).form_token("/account")
    victim = house.signed_in(ana)

    assert refused(victim.client.post("/account/sessions/end", data={"form": token}))
    logged = house.events()[-1]
    assert isinstance(logged, AccessRefused)
    assert (logged.role, logged.reason) == ("analyst", "stale-or-forged-form")


def test_a_form_from_before_the_sign_in_is_refused_after_it(house: House, ana) -> None:
    browser = house.browser()
    token = browser.form_token("/sign-in")
    browser.sign_in(ana)

    assert refused(browser.client.post("/account/sessions/end", data={"form": token}))
    assert house.cookie(VISIT) not in browser.client.cookies


def test_an_old_form_is_refused(house: House) -> None:
    browser = house.browser()
    token = browser.form_token("/sign-in")

    house.clock.move(seconds=LIFETIME.total_seconds() + 2)

    assert refused(browser.client.post("/sign-in", data={**FIELDS, "form": token}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_a_form_sent_by_another_site_is_refused_even_with_a_right_token(house: House, ana, headers) -> None:
    browser = house.signed_in(ana)
    token = browser.form_token("/account")

    assert refused(browser.client.post("/sign-out", data={"form": token}, headers=headers))
    assert browser.is_signed_in


def test_our_own_page_may_say_where_it_comes_from(house: House, ana) -> None:
    browser = house.signed_in(ana)
    token = browser.form_token("/account")

    left = browser.client.post(
        "/sign-out", data={"form": token}, headers={"Origin": house.url, "Sec-Fetch-Site": "same-origin"}
    )

    assert left.status_code == 303


def test_nothing_is_done_by_following_a_link(house: House, ana) -> None:
    browser = house.signed_in(ana)

    for path in ("/sign-out", "/account/sessions/end", "/account/tokens", "/account/tokens/revoke"):
        assert browser.get(path).status_code == 405
    assert browser.is_signed_in


def test_the_api_takes_no_cookie_and_the_pages_no_token(house: House, ana) -> None:
    browser = house.signed_in(ana)
    token = browser.post(
        "/account/tokens", {"label": "x", "scope": "ask", "days": "9"}, page="/account"
    ).text.partition("<code>")[2].partition("</code>")[0]  # fmt: skip

    by_cookie = browser.get("/api/v1/questions")
    by_token = house.browser(Authorization=f"Bearer {token}").get("/account")

    assert token.startswith("slt_")
    assert by_cookie.status_code == 401
    assert by_token.status_code == 303
