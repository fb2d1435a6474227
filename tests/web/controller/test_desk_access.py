"""Access to the desk: other duties are turned away and logged; typed input outlives a session."""

import re

import pytest
from desk_house import PASSPHRASE, DeskHouse

from audit.events.account_events import AccessRefused
from gateway.accounts.controller_routes import CONTROLLER_ROUTES
from gateway.accounts.model import Role, Scope, TokenRequest
from gateway.accounts.tokens import make_token

EDIT = "/controller/policy/edit"


def filled(rule: str) -> str:
    return re.sub(r"<[^>]+>", "1", rule)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR])
def test_guessed_addresses_turn_other_duties_away_and_are_logged(desk: DeskHouse, role: Role) -> None:
    other = desk.house.signed_in(desk.house.person("other@kh.example", role, organisation="CMAA"))

    needed = []
    for route, action in CONTROLLER_ROUTES.items():
        method, rule = route.split(" ")
        if method == "GET" and rule.startswith("/controller"):
            assert other.get(filled(rule)).status_code == 403, rule
            needed.append(action.value)

    refused = [event for event in desk.house.events() if isinstance(event, AccessRefused)]
    assert {(event.role, event.action) for event in refused} == {(role.value, action) for action in needed}
    assert set(needed) == {"see-sharing", "load"}, "words of the register are for whoever loads it"


def test_nobody_known_is_asked_to_sign_in(desk: DeskHouse) -> None:
    stranger = desk.house.browser()

    found = stranger.get("/controller/policy")

    assert found.status_code == 303
    assert found.headers["Location"].startswith("/sign-in?next=")


def test_what_was_typed_comes_back_after_the_session_has_ended_but_no_passphrase(desk: DeskHouse) -> None:
    page = desk.get("/controller/policy/revoke")
    hidden = dict(re.findall(r'<input type="hidden" name="(form[a-z_]*)" value="([^"]*)">', page))
    desk.region.clock.move(hours=13)
    typed = {**hidden, "reason": "a mistake in it", "by": "controller", "passphrase": PASSPHRASE}

    ended = desk.browser.client.post("/controller/policy/revoke", data=typed)

    assert ended.status_code in (401, 403)
    assert PASSPHRASE not in ended.text
    assert 'name="kept"' in ended.text
    with desk.node.store.reading() as view:
        assert view.policy() is not None


def test_pages_have_twins_for_programs_with_the_same_numbers(desk: DeskHouse) -> None:
    name = "controller@kh.example"
    token = make_token(desk.house.accounts, name, name, TokenRequest("sheet", frozenset({Scope.DESK})))
    program = desk.house.browser(Authorization=f"Bearer {token}")
    desk.ask("month")

    asked = program.get("/api/v1/desk/controller/asked.json").json()
    twins = [rule for rule in CONTROLLER_ROUTES if rule.startswith("GET /api/")]

    assert asked["questions"][0]["outcome"] == "refused"
    assert program.get("/api/v1/desk/controller/policy.json").json()["versions"][0]["state"] == "in-force"
    for twin in twins:
        answer = program.get(filled(twin.partition(" ")[2]))
        assert answer.status_code in (200, 404, 409), twin
        assert answer.headers["Content-Type"].startswith(("application/json", "application/problem+json"))
