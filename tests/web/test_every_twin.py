"""Every page has a twin for programs, open to whom the page is; the few without are named here, with why."""

from collections.abc import Iterator

import pytest
from entrances import Browser, House, Person, house_of

from gateway.accounts.access_routes import ROUTES
from gateway.accounts.duties import DUTIES, Who
from gateway.accounts.model import Role, Scope, Side, TokenRequest
from gateway.accounts.tokens import add_service, make_token
from gateway.web.shared.desk import TWINS, twin_rule

NO_TWIN = {
    "/": "leads to the desk of whoever is signed in",
    "/language/<code>": "leads back to the page it was chosen on",
    "/sign-in": "for whoever is not known yet",
    "/sign-in/directory/return": "leads back from the directory",
    "/invitation": "for whoever has no account yet",
    "/account/credentials": "shows the secret of a new code generator",
    "/account/passkeys/challenge": "for the script of the page, once",
    "/sign-in/passkey/challenge": "for the script of the page, once",
    "/letting-in": "no token lets anybody in",
    "/account/export": "is JSON itself, and needs a sign-in of just now",
    "/questions/<question_id>/download/<form>": "a file",
    "/ready-made/<name>/download/<form>": "a file",
    "/reports/<report_id>/download/<form>": "a file",
    "/audit/download/<question_id>": "a file, JSON itself",
    "/controller/loads/upload/<upload_id>/columns": "shows words of the register, to whoever loads it alone",
    "/controller/loads/upload/<upload_id>/words": "shows words of the register, to whoever loads it alone",
    "/assets/<path:filename>": "files",
    "/log/<path:path>": "files",
    "/healthz": "for programs anyway",
    "/openapi.json": "for programs anyway",
}
API = ("/api/", "/federation/")


@pytest.fixture(params=list(Side), scope="module")
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("ana@armac.example", Role.ANALYST, "regional-reporting")


def gets(house: House) -> set[str]:
    return {rule.rule for rule in house.app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def program(house: House, token: str) -> Browser:
    return house.browser(Authorization=f"Bearer {token}")


def test_every_page_has_a_twin(either: House) -> None:
    rules = gets(either)
    pages = {rule for rule in rules if not rule.startswith(API)} - set(NO_TWIN)

    assert len(pages) > 8
    assert sorted(page for page in pages if TWINS + twin_rule(page) not in rules) == []


def test_what_has_no_twin_is_there(either: House) -> None:
    """A removed page, or a page with a twin, is not listed among the exceptions."""
    of_hub = {
        f"/{each}/download/<form>"
        for each in ("questions/<question_id>", "ready-made/<name>", "reports/<report_id>")
    }
    elsewhere = (
        of_hub if either.accounts.side is Side.NODE else {page for page in NO_TWIN if "/controller/" in page}
    )
    rules = gets(either)

    assert set(NO_TWIN) - elsewhere <= rules
    assert not {TWINS + twin_rule(rule) for rule in NO_TWIN} & rules


def test_a_twin_is_open_to_whom_its_page_is_and_to_tokens(either: House) -> None:
    for page in gets(either):
        twin = f"GET {TWINS}{twin_rule(page)}"
        if twin in ROUTES:
            duty = DUTIES[ROUTES[twin]]
            assert ROUTES[twin] is ROUTES[f"GET {page}"], page
            assert duty.scope is not None or Who.ANYBODY in duty.who(either.accounts.side), page


def test_the_own_account_for_programs(house: House, ana: Person) -> None:
    house.signed_in(ana)
    token = make_token(
        house.accounts, ana.name, ana.name, TokenRequest("monthly report", frozenset({Scope.READ}), 30)
    )

    answer = program(house, token).get("/api/v1/desk/account.json")
    found = answer.json()

    assert (found["name"], found["role"], found["organisation"]) == (ana.name, "analyst", "ARMAC")
    assert found["purposes"] == [["regional-reporting", "ARMAC's regional statistics and annual report"]]
    assert [(one["label"], one["scopes"]) for one in found["tokens"]] == [("monthly report", ["read"])]
    assert [(one["agent"], one["here"]) for one in found["sessions"]] == [("Firefox on Linux", False)]
    assert found["renewable"] is False
    assert token not in answer.text


def test_the_account_of_a_service_discloses_nothing_about_its_owners(house: House, ana: Person) -> None:
    house.signed_in(ana)
    token = add_service(
        house.accounts,
        "operator",
        "nightly@armac.example",
        ana.name,
        TokenRequest("nightly", frozenset({Scope.READ})),
    )

    answer = program(house, token).get("/api/v1/desk/account.json")

    assert answer.json()["sessions"] == []
    assert ana.name not in answer.text


def test_a_token_for_something_else_does_not_open_the_account(house: House, ana: Person) -> None:
    token = make_token(house.accounts, ana.name, ana.name, TokenRequest("questions", frozenset({Scope.ASK})))

    assert program(house, token).get("/api/v1/desk/account.json").status_code == 403


def test_the_page_says_purposes_in_words_and_which_session_this_is(house: House, ana: Person) -> None:
    house.signed_in(ana)

    page = house.signed_in(ana).get("/account").text

    assert "regional statistics and annual report" in page
    assert "regional-reporting" not in page
    assert page.count("this session") == 1
