"""Changes of people: another duty, new credentials, leaving, removed, erased. History stays."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from entrances import House, key_on
from sqlalchemy import MetaData, select

from audit.events.account_events import AccountChanged, AccountStep, HandedOver
from audit.events.event_values import CoarseSize
from audit.events.events import Asked, OpeningsErased
from gateway.accounts import leaving, managing, tokens
from gateway.accounts.errors import AccountRuleError, UnknownAccountError
from gateway.accounts.model import Role, Scope, TokenRequest
from gateway.api.services import KEY
from gateway.bootstrap.setup.layout import database_url, own_config
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.question import parse
from gateway.store.engine.database import Database

QUESTION = {"measure": "casualties", "by": ["year"], "where": {}, "purpose": "regional-reporting"}
NEW = "seven grey herons over the lake"


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST, "regional-reporting")


@pytest.fixture
def hub(house: House) -> Hub:
    found = house.app.extensions[KEY]
    assert isinstance(found, Hub)
    return found


def asked_by(hub: Hub, house: House, name: str):
    with house.accounts.store.reading() as view:
        account = view.people.account(name)
    assert account is not None
    return ask(hub, account.principal, parse(hub.dictionary, QUESTION), timedelta(seconds=10))


def test_questions_go_to_the_successor_and_the_log_still_says_who_asked(house: House, hub: Hub, ana) -> None:
    house.person("ben@armac.example", Role.ANALYST)
    asked = asked_by(hub, house, ana.name)

    leaving.hand_over(house.accounts, "op", ana.name, "ben@armac.example")

    with hub.store.reading() as view:
        assert [q.id for q in view.questions_of("ben@armac.example")] == [asked.id]
        assert view.questions_of(ana.name) == []
    assert isinstance(house.events()[asked.asked_index], Asked)
    assert house.opening(asked.asked_index, "actor") == ana.name
    assert any(isinstance(e, HandedOver) for e in house.events())
    assert house.browser().sign_in(ana).status_code == 401


@pytest.mark.parametrize(
    ("role", "organisation"), [(Role.AUDITOR, "ARMAC"), (Role.OPERATOR, "ARMAC"), (Role.ANALYST, "Other")]
)
def test_nobody_inherits_what_they_may_not_see(house: House, ana, role: Role, organisation: str) -> None:
    house.person("ben@armac.example", role, organisation=organisation)

    with pytest.raises(AccountRuleError):
        leaving.hand_over(house.accounts, "op", ana.name, "ben@armac.example")
    with pytest.raises(AccountRuleError):
        leaving.hand_over(house.accounts, "op", ana.name, ana.name)


def test_what_an_organisation_asked_is_counted_over_all_of_its_people(house: House, hub: Hub, ana) -> None:
    ben = house.person("ben@armac.example", Role.ANALYST, "regional-reporting")
    other = house.person("cy@other.example", Role.ANALYST, "regional-reporting", organisation="Other")
    start = house.clock.now()
    for person in (ana, ben, other, ana):
        house.clock.move(minutes=1)
        asked_by(hub, house, person.name)

    with hub.store.reading() as view:
        armac = view.questions_of_organisation("ARMAC", start)
        late = view.questions_of_organisation("ARMAC", start + timedelta(minutes=3))

    assert [q.user for q in armac] == [ana.name, ben.name, ana.name]
    assert len(late) == 1


def test_everything_that_is_kept_can_be_taken_out_without_secrets(house: House, hub: Hub, ana) -> None:
    browser = house.signed_in(ana)
    made = TokenRequest("x", frozenset({Scope.ASK}))
    token = tokens.make_token(house.accounts, ana.name, ana.name, made)
    asked = asked_by(hub, house, ana.name)

    kept = browser.get("/account/export")

    assert kept.headers["Content-Disposition"] == 'attachment; filename="safelane-account.json"'
    said = kept.json()
    assert said["account"]["name"] == ana.name
    assert {"entry": asked.asked_index, "as": "actor"} in said["log_entries"]
    assert len(said["sessions"]) == 1
    assert said["recovery_codes_left"] == 8
    assert not any(secret in kept.text for secret in (token, ana.generator, *ana.recovery, "argon2"))
    last = house.events()[-1]
    assert isinstance(last, AccountChanged)
    assert last.step is AccountStep.EXPORTED


def everything_in(directory: Path) -> str:
    """All rows of a hub's database, as text."""
    found, url = MetaData(), database_url(directory, own_config(directory))
    with closing(Database(url)) as database, database.reading() as connection:
        found.reflect(connection)
        return repr([row for table in found.tables.values() for row in connection.execute(select(table))])


def test_an_erased_person_cannot_be_found_out_and_the_log_stays_whole(
    house: House, hub: Hub, ana, tmp_path: Path
) -> None:
    house.signed_in(ana)
    house.browser().sign_in(ana, passphrase="wrong")
    asked = asked_by(hub, house, ana.name)
    before = house.events()
    managing.disable(house.accounts, "op", ana.name)

    word = leaving.erase(house.accounts, "op", ana.name)

    assert house.events()[: len(before)] == before
    assert house.opening(asked.asked_index, "actor") is None
    with hub.store.reading() as view:
        assert view.people.account(ana.name) is None
        assert view.people.account(word) is not None
        assert view.people.entries_of(ana.name) == []
        assert [q.user for q in view.questions_of(word)] == [word]
        assert view.people.credentials(word) is None
    erased = [e for e in house.events() if isinstance(e, OpeningsErased)]
    assert {e.field for e in erased} == {"actor", "subject"}
    assert {e.size for e in erased} <= {CoarseSize.FEW, CoarseSize.TENS}
    rows = everything_in(tmp_path / "hub")
    assert word in rows
    assert ana.name not in rows
    assert ana.name.encode().hex() not in rows.lower()


def test_only_closed_accounts_without_services_are_erased(house: House, ana) -> None:
    with pytest.raises(AccountRuleError, match="open"):
        leaving.erase(house.accounts, "op", ana.name)
    tokens.add_service(
        house.accounts, "op", "svc@x.example", ana.name, TokenRequest("x", frozenset({Scope.ASK}))
    )
    managing.disable(house.accounts, "op", ana.name)
    with pytest.raises(AccountRuleError, match="Service"):
        leaving.erase(house.accounts, "op", ana.name)
    with pytest.raises(UnknownAccountError):
        leaving.erase(house.accounts, "op", "nobody@armac.example")


def test_the_last_operator_stays(house: House) -> None:
    house.person("op@armac.example", Role.OPERATOR)

    with pytest.raises(AccountRuleError, match="last operator"):
        managing.disable(house.accounts, "console root", "op@armac.example")
    with pytest.raises(AccountRuleError, match="last operator"):
        managing.change_role(house.accounts, "console root", "op@armac.example", Role.AUDITOR)

    house.person("second@armac.example", Role.OPERATOR)
    managing.disable(house.accounts, "console root", "op@armac.example")


def test_nobody_gives_a_duty_to_oneself(house: House, ana) -> None:
    with pytest.raises(AccountRuleError, match="own role"):
        managing.change_role(house.accounts, ana.name, ana.name, Role.AUDITOR)


def test_a_new_passphrase_ends_everything_that_the_old_one_opened(house: House, ana) -> None:
    elsewhere, browser = house.signed_in(ana), house.signed_in(ana)
    page = browser.get("/account/credentials").text
    generator = key_on(page)
    sealed = page.partition('name="generator" value="')[2].partition('"')[0]
    fields = {
        "generator": sealed,
        "current": ana.passphrase,
        "passphrase": NEW,
        "passphrase_again": NEW,
        "code": pyotp.TOTP(generator).at(house.clock.now()),
    }

    renewed = browser.post("/account/credentials", fields, page="/account")

    assert renewed.status_code == 200
    assert renewed.text.count("<li><code>") == 8
    assert not elsewhere.is_signed_in
    assert not browser.is_signed_in
    assert house.browser().sign_in(ana).status_code == 401
    assert house.browser().sign_in(ana, code=ana.recovery[0]).status_code == 401
    house.clock.move(minutes=10)
    ana.passphrase, ana.generator = NEW, generator
    assert house.browser().sign_in(ana).status_code == 303


def test_a_new_passphrase_needs_the_old_one(house: House, ana) -> None:
    browser = house.signed_in(ana)
    page = browser.get("/account/credentials").text
    fields = {
        "generator": page.partition('name="generator" value="')[2].partition('"')[0],
        "current": "a guess of a thief of the session",
        "passphrase": NEW,
        "passphrase_again": NEW,
        "code": pyotp.TOTP(key_on(page)).at(house.clock.now()),
    }

    assert browser.post("/account/credentials", fields, page="/account").status_code == 422
    assert house.browser().sign_in(ana).status_code == 303


@pytest.mark.parametrize("sealed", ["", "00", "zz", "ab" * 60])
def test_a_code_generator_that_was_not_shown_here_is_refused(house: House, ana, sealed: str) -> None:
    """Otherwise one person could make another sign up with a generator known to both."""
    browser = house.signed_in(ana)
    fields = {"generator": sealed, "passphrase": NEW, "passphrase_again": NEW, "code": "000000"}

    assert browser.post("/account/credentials", fields, page="/account").status_code == 422
    assert house.browser().sign_in(ana).status_code == 303
