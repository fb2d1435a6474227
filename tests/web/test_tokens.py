"""Tokens of programs, made by their owners: shown once, for some scopes and some days, revoked at once."""

import pytest
from entrances import Browser, House

from audit.events.account_events import TokenMade, TokensRevoked
from gateway.accounts import leaving, managing, sessions, tokens
from gateway.accounts.errors import AccountRuleError, UnknownAccountError
from gateway.accounts.model import Role, Scope, TokenRequest

WISH = {"label": "monthly report", "scope": "ask", "days": "30"}


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST, "regional-reporting")


def make(browser: Browser, **changed: object) -> str:
    """The token on the page that shows it."""
    page = browser.post("/account/tokens", {**WISH, **changed}, page="/account")
    assert page.status_code == 200, page.text
    return page.text.partition('class="secret"><code>')[2].partition("</code>")[0]


def status(house: House, token: str, path: str = "/api/v1/questions") -> int:
    return house.browser(Authorization=f"Bearer {token}").get(path).status_code


def test_a_token_is_shown_once_and_works(house: House, ana) -> None:
    browser = house.signed_in(ana)

    token = make(browser)

    assert token.startswith("slt_")
    assert status(house, token) == 200
    assert token not in browser.get("/account").text
    assert isinstance(house.events()[-1], TokenMade)
    with house.accounts.store.reading() as view:
        (kept,) = view.people.tokens_of(ana.name)
    assert kept.used == house.clock.now()


def test_a_token_is_for_its_scopes_only(house: House, ana) -> None:
    token = make(house.signed_in(ana), scope="read")

    assert status(house, token, "/api/v1/members") == 200
    assert status(house, token) == 403


def test_a_token_ends_on_its_day(house: House, ana) -> None:
    token = make(house.signed_in(ana), days="2")
    house.clock.move(days=2, seconds=-1)
    assert status(house, token) == 200

    house.clock.move(seconds=1)

    assert status(house, token) == 401


def test_a_revoked_token_is_worth_nothing_at_once(house: House, ana) -> None:
    browser = house.signed_in(ana)
    first, second = make(browser), make(browser, label="other")
    with house.accounts.store.reading() as view:
        ids = {token.label: token.id for token in view.people.tokens_of(ana.name)}

    browser.post("/account/tokens/revoke", {"token": ids["other"]}, page="/account")

    assert (status(house, first), status(house, second)) == (200, 401)
    assert any(isinstance(e, TokensRevoked) and e.tokens == (ids["other"],) for e in house.events())


def test_somebody_elses_token_cannot_be_revoked(house: House, ana) -> None:
    token = make(house.signed_in(ana))
    with house.accounts.store.reading() as view:
        (kept,) = view.people.tokens_of(ana.name)
    other = house.signed_in(house.person("ben@armac.example", Role.ANALYST))

    refused = other.post("/account/tokens/revoke", {"token": kept.id}, page="/account")

    assert refused.status_code == 404
    assert status(house, token) == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "audit"},
        {"scope": []},
        {"scope": "everything"},
        {"days": "0"},
        {"days": "367"},
        {"days": "-1"},
        {"days": "soon"},
        {"days": ""},
        {"label": ""},
        {"label": "x" * 61},
        {"label": "two\nlines"},
    ],
    ids=str,
)
def test_a_token_that_cannot_be_is_not_made(house: House, ana, wrong: dict[str, object]) -> None:
    browser = house.signed_in(ana)

    refused = browser.post("/account/tokens", {**WISH, **wrong}, page="/account")

    assert refused.status_code == 422
    assert not any(isinstance(e, TokenMade) for e in house.events())


def test_making_a_token_needs_a_sign_in_of_just_now(house: House, ana) -> None:
    """An open browser is not enough for a token that outlives the browser's session."""
    browser = house.signed_in(ana)
    house.clock.move(seconds=sessions.FRESH.total_seconds() + 1)

    sent_away = browser.post("/account/tokens", WISH, page="/account")

    assert sent_away.status_code == 303
    assert sent_away.headers["Location"] == "/sign-in?next=%2Faccount&again=1"
    assert not any(isinstance(e, TokenMade) for e in house.events())


def test_a_token_has_the_duty_that_its_owner_has_now(house: House, ana) -> None:
    """A change of duty ends tokens made under the former duty."""
    token = make(house.signed_in(ana))

    managing.change_role(house.accounts, "operator", ana.name, Role.AUDITOR)

    assert status(house, token) == 401


def test_a_service_belongs_to_a_person_and_ends_with_that_account(house: House, ana) -> None:
    requested = TokenRequest("nightly", frozenset({Scope.ASK}))
    token = tokens.add_service(house.accounts, "operator", "nightly@armac.example", ana.name, requested)
    principal = tokens.caller(house.accounts, token).principal
    assert (principal.user, principal.person, principal.organisation) == (
        "nightly@armac.example",
        ana.name,
        "ARMAC",
    )
    assert principal.purposes == {"regional-reporting"}

    managing.disable(house.accounts, "operator", ana.name)

    assert status(house, token) == 401


def test_a_service_is_handed_over_with_what_it_did(house: House, ana) -> None:
    requested = TokenRequest("nightly", frozenset({Scope.ASK}))
    token = tokens.add_service(house.accounts, "operator", "nightly@armac.example", ana.name, requested)
    house.person("ben@armac.example", Role.ANALYST)

    leaving.hand_over(house.accounts, "operator", ana.name, "ben@armac.example")

    assert status(house, token) == 200
    assert tokens.caller(house.accounts, token).principal.person == "ben@armac.example"


def test_a_service_signs_in_nowhere_and_owns_nothing(house: House, ana) -> None:
    requested = TokenRequest("nightly", frozenset({Scope.ASK}))
    tokens.add_service(house.accounts, "operator", "nightly@armac.example", ana.name, requested)
    fields = {"name": "nightly@armac.example", "passphrase": "", "code": ""}

    assert house.browser().post("/sign-in", fields, page="/sign-in").status_code == 401
    with pytest.raises(AccountRuleError):
        tokens.add_service(house.accounts, "operator", "second@x.example", "nightly@armac.example", requested)
    with pytest.raises(UnknownAccountError):
        tokens.add_service(house.accounts, "operator", "second@x.example", "nobody@x.example", requested)
