"""The table of duties against every address and every command, in every role, on both sides, over HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import all_commands
from entrances import House, house_of

from audit.events.account_events import AccessRefused
from gateway.accounts import tokens
from gateway.accounts.access_routes import COMMANDS, ROUTES, action_of_command
from gateway.accounts.duties import DUTIES, ROLES, Action, Who, may, require, require_another
from gateway.accounts.errors import NotPermittedError
from gateway.accounts.model import Offer, Principal, Role, Scope, Side, TokenRequest

ARGUMENTS = {"<path:path>": "checkpoint", "<path:filename>": "safelane.css"}
"""Values for the variable parts of an address, where not every value will do."""

GUARD_SAYS = (
    "needs a token",
    "token is not known",
    "not signed in",
    "Your role does not do",
    "Nobody does this",
)
"""The guard's refusals: not signed in, or not permitted. A view's own refusals come later."""


@pytest.fixture(params=list(Side), scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


def endpoints(house: House) -> list[tuple[str, str]]:
    """Method and rule of everything that the application answers."""
    return [
        (method, rule.rule)
        for rule in house.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def filled(rule: str) -> str:
    return re.sub(r"<[^>]+>", lambda part: ARGUMENTS.get(part[0], "1"), rule)


def test_every_address_has_a_line_in_the_table(house: House) -> None:
    assert [f"{m} {r}" for m, r in endpoints(house) if f"{m} {r}" not in ROUTES] == []


def test_every_line_is_an_address_of_one_side_at_least(tmp_path: Path) -> None:
    there = set()
    for side in Side:
        with house_of(side, tmp_path / side) as house:
            there |= {f"{m} {r}" for m, r in endpoints(house)}

    assert set(ROUTES) == there


def test_every_command_is_somebodys_work() -> None:
    assert [command for command in all_commands() if action_of_command(command) is None] == []
    assert [line for line in COMMANDS if line not in set(all_commands())] == []


@pytest.mark.parametrize("role", [None, *Role])
def test_the_table_is_what_happens(house: House, role: Role | None) -> None:
    """Anonymous, or in a role: each address opens exactly to the roles in the access routes."""
    side = house.accounts.side
    if role is not None and role not in ROLES[side]:
        with pytest.raises(Exception, match=f"There is no {role.value}"):
            house.person("x@example.org", role)
        return
    browser = house.browser()
    headers = {}
    if role is not None:
        browser = house.signed_in(house.person(f"{role.value}@walk.example", role))
        headers = _program(house, role)
    for method, rule in endpoints(house):
        action = ROUTES[f"{method} {rule}"]
        if action is Action.DELIVER:
            continue  # a node's own signature opens it: see the next test
        client = browser.client if not rule.startswith("/api/") else house.browser(**headers).client
        body = {} if method == "GET" else {"content": b"{}", "headers": {"Content-Type": "application/json"}}
        response = client.request(method, filled(rule), **body)

        opens = may(side, Who.ANYBODY if role is None else Who(role.value), action)
        shut = any(words in response.text for words in GUARD_SAYS)
        shut |= response.headers.get("Location", "").startswith("/sign-in?next=")
        assert shut != opens, (method, rule, role, response.status_code)


def test_no_person_delivers_for_a_member(house: House) -> None:
    role = sorted(ROLES[house.accounts.side])[0]
    headers = _program(house, role)
    for method, rule in endpoints(house):
        if ROUTES[f"{method} {rule}"] is Action.DELIVER:
            assert house.browser(**headers).client.request(method, rule, json={}).status_code == 401


def test_an_address_without_a_line_is_shut_to_everybody(tmp_path: Path) -> None:
    """Deny by default: forgetting the table opens nothing."""
    with house_of(Side.HUB, tmp_path) as house:
        operator = house.signed_in(house.person("op@walk.example", Role.OPERATOR))
        house.app.view_functions["forgotten"] = lambda: "everything"
        rule = house.app.url_rule_class("/forgotten", endpoint="forgotten", methods=["GET"])
        house.app.url_map.add(rule)

        assert house.browser().get("/forgotten").status_code == 403
        assert operator.get("/forgotten").status_code == 403


def test_a_refused_attempt_is_logged_with_who_and_what(tmp_path: Path) -> None:
    with house_of(Side.HUB, tmp_path) as house:
        headers = _program(house, Role.AUDITOR)
        for _ in range(3):
            assert house.browser(**headers).get("/api/v1/questions").status_code == 403

        found = [(n, e) for n, e in enumerate(house.events()) if isinstance(e, AccessRefused)]

        assert [(e.role, e.action, e.reason, e.times) for _, e in found] == [
            ("auditor", "ask", "role-may-not", 1)
        ]
        assert house.opening(found[0][0], "actor") == "auditor@program.example"


def test_a_token_without_the_scope_is_refused_though_the_role_may(tmp_path: Path) -> None:
    with house_of(Side.HUB, tmp_path) as house:
        headers = _program(house, Role.ANALYST, frozenset({Scope.READ}))

        assert house.browser(**headers).get("/api/v1/members").status_code == 200
        refused = house.browser(**headers).get("/api/v1/questions")

        assert refused.status_code == 403
        assert "scope" in refused.json()["remedy"]


def test_roles_do_not_combine_where_somebody_could_act_unseen() -> None:
    """A role that admits people neither asks nor audits nor sees data; a role that audits changes nothing."""
    for side in Side:
        operator = {a for a in Action if Who.OPERATOR in DUTIES[a].who(side)}
        auditor = {a for a in Action if Who.AUDITOR in DUTIES[a].who(side)}
        assert not operator & {Action.ASK, Action.AUDIT, Action.LOAD, Action.PROTECT, Action.RULE}
        assert Action.REIDENTIFY not in operator | auditor
        assert not auditor & {Action.ASK, Action.MANAGE_ACCOUNTS, Action.RULE, Action.RUN, Action.LOAD}
    assert Who.ANALYST in DUTIES[Action.ASK].hub
    assert DUTIES[Action.ASK].hub == {Who.ANALYST}
    assert DUTIES[Action.RULE].two
    assert DUTIES[Action.REIDENTIFY].two


def test_no_token_manages_people_or_rules() -> None:
    for action in (Action.MANAGE_ACCOUNTS, Action.KEEP_OWN_ACCOUNT, Action.RULE, Action.REIDENTIFY):
        assert DUTIES[action].scope is None


def test_the_table_knows_nothing_of_an_account_but_its_role() -> None:
    analyst = Principal("ana", "ARMAC", Role.ANALYST, frozenset())
    require(Side.HUB, analyst, Action.ASK)
    with pytest.raises(NotPermittedError):
        require(Side.NODE, analyst, Action.ASK)
    with pytest.raises(NotPermittedError):
        require(Side.HUB, analyst, Action.MANAGE_ACCOUNTS, frozenset(Scope))


def test_nobody_decides_on_the_own_request_also_not_through_a_service() -> None:
    controller = Principal("chan", "CMAA", Role.CONTROLLER, frozenset())
    service = Principal("chan-nightly", "CMAA", Role.CONTROLLER, frozenset(), owner="chan")
    other = Principal("dara", "CMAA", Role.CONTROLLER, frozenset())

    require_another(controller, other)
    for one, two in ((controller, controller), (service, controller), (controller, service)):
        with pytest.raises(NotPermittedError):
            require_another(one, two)


def _program(house: House, role: Role, scopes: frozenset[Scope] | None = None) -> dict[str, str]:
    """The header of a program in this role."""
    name = f"{role.value}@program.example"
    with house.accounts.store.reading() as view:
        known = view.people.account(name)
    if known is None:
        tokens.add_program(house.accounts, Offer(name, "ARMAC", role), "walk")
    else:
        tokens.revoke(house.accounts, "operator", name)
    possible = tokens.scopes_of(house.accounts.side, role) if scopes is None else scopes
    if not possible:
        return {}
    token = tokens.make_token(house.accounts, "operator", name, TokenRequest("walk", possible))
    return {"Authorization": f"Bearer {token}"}
