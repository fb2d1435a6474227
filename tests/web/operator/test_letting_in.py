"""Two operators let somebody in again: one asks, another one confirms, each has one of two codes."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyotp
import pytest
from entrances import Browser, House, Person, house_of, key_on
from httpx import Response

from audit.events.account_events import AccountChanged, AccountStep
from gateway.accounts import managing
from gateway.accounts.duties import ROLES
from gateway.accounts.model import Passkey, Role, Side
from gateway.accounts.renewal.two_operators import ASKED_FOR
from gateway.accounts.sessions import FRESH
from gateway.api.app import LIMITER

NEW = "seven grey herons over the lake"
ONE_SIDE = pytest.mark.parametrize("house", [Side.NODE], indirect=True)
"""Where the other side could not differ: the same functions decide on both."""


@dataclass
class Office:
    """Two operators, one of them signed in twice, and somebody who has lost everything."""

    house: House
    vera: Browser
    otto: Browser
    lost: Person
    operator: Person


@pytest.fixture(params=list(Side), scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def office(house: House) -> Office:
    house.app.extensions[LIMITER].reset()
    house.clock.move(hours=25)
    n = len(house.events())
    vera, otto = (house.person(f"{name}{n}@x.example", Role.OPERATOR) for name in ("vera", "otto"))
    role = min(ROLES[house.accounts.side] - {Role.OPERATOR}, key=str)
    lost = house.person(f"lost{n}@x.example", role)
    return Office(house, house.signed_in(vera), house.signed_in(otto), lost, vera)


def asks(browser: Browser, name: str, **more: str) -> Response:
    return browser.post("/letting-in", {"name": name, **more}, page="/account")


def confirms(browser: Browser, name: str) -> Response:
    return asks(browser, name, confirms="yes")


def code_on(response: Response) -> str:
    assert response.status_code == 200, response.text
    return key_on(response.text)


def steps(house: House) -> list[AccountStep]:
    return [e.step for e in house.events() if isinstance(e, AccountChanged)]


def opened_by(office: Office, code: str) -> int:
    return office.house.browser().post("/invitation", {"invitation": code}, page="/invitation").status_code


def test_with_both_codes_and_no_other_the_person_chooses_new_means(office: Office) -> None:
    house, lost = office.house, office.lost
    session = house.signed_in(lost)
    with house.accounts.store.writing() as work:
        key = Passkey("k1", lost.name, "laptop", b"id", b"key", 0, house.clock.now())
        work.people.add_passkey(key, f"hash of {lost.name}"[:64], because=1)
    first = code_on(asks(office.vera, lost.name))
    assert session.is_signed_in, "nothing has changed yet"
    assert "lost" in office.otto.get("/letting-in").text

    second = code_on(confirms(office.otto, lost.name))

    assert steps(house)[-2:] == [AccountStep.RENEWAL_ASKED, AccountStep.RENEWAL]
    actors = [house.opening(len(house.events()) - back, "actor") for back in (2, 1)]
    assert [str(actor)[:4] for actor in actors] == ["vera", "otto"]
    assert not session.is_signed_in
    assert house.browser().sign_in(lost).status_code == 401
    assert house.browser().sign_in(lost, passphrase="", code=lost.recovery[0]).status_code == 401
    with house.accounts.store.reading() as view:
        assert view.people.passkeys_of(lost.name) == []
    assert (
        opened_by(office, first) == opened_by(office, second) == opened_by(office, f"{first} {first}") == 403
    )
    browser = house.browser()
    both = f"{second}  {first}"
    shown = browser.post("/invitation", {"invitation": both}, page="/invitation").text
    code = pyotp.TOTP(key_on(shown)).at(house.clock.now())
    fields = {"passphrase": NEW, "passphrase_again": NEW, "code": code, "invitation": both}
    assert browser.post("/invitation/open", fields, page="/invitation").status_code == 200
    assert opened_by(office, both) == 403
    house.clock.move(hours=1)
    assert house.browser().sign_in(Person(lost.name, key_on(shown), (), NEW)).status_code == 303


def test_one_operator_alone_is_refused(office: Office) -> None:
    asks(office.vera, office.lost.name)

    again = asks(office.vera, office.lost.name)
    confirmed = confirms(office.vera, office.lost.name)

    assert again.status_code == confirmed.status_code == 422
    assert "another operator has to confirm" in again.text
    assert office.house.browser().sign_in(office.lost).status_code == 303


@ONE_SIDE
def test_nobody_decides_about_the_own_account_nor_another_duty_about_any(office: Office) -> None:
    house, vera = office.house, office.operator
    assert asks(office.vera, vera.name).status_code == 422
    third = house.signed_in(house.person(f"third{len(house.events())}@x.example", Role.OPERATOR))
    asks(office.otto, vera.name)
    assert confirms(office.vera, vera.name).status_code == 422
    assert code_on(confirms(third, vera.name))

    other = house.signed_in(office.lost)
    assert other.get("/letting-in").status_code == 403
    assert asks(other, vera.name).status_code == 403


@ONE_SIDE
def test_a_request_ends_by_itself_by_withdrawal_and_with_the_duty_of_who_asked(office: Office) -> None:
    house, name = office.house, office.lost.name
    asks(office.vera, name)
    office.otto.post("/letting-in/withdraw", {"name": name}, page="/account")
    assert steps(house)[-1] is AccountStep.RENEWAL_WITHDRAWN
    assert confirms(office.otto, name).status_code == 422

    asks(office.vera, name)
    managing.disable(house.accounts, "op", office.operator.name)
    assert confirms(office.otto, name).status_code == 422

    third = house.person(f"third{len(house.events())}@x.example", Role.OPERATOR)
    asks(house.signed_in(third), name)
    house.clock.move(seconds=ASKED_FOR.total_seconds())
    otto = house.signed_in(house.person(f"fourth{len(house.events())}@x.example", Role.OPERATOR))
    assert confirms(otto, name).status_code == 422
    assert house.browser().sign_in(office.lost).status_code == 303


@ONE_SIDE
def test_asking_needs_a_sign_in_of_just_now_and_somebody_with_a_passphrase(office: Office) -> None:
    assert asks(office.vera, "nobody@x.example").status_code == 422
    asked = steps(office.house).count(AccountStep.RENEWAL_ASKED)
    office.house.clock.move(seconds=FRESH.total_seconds() + 1)

    assert asks(office.vera, office.lost.name).headers["Location"].endswith("again=1")
    assert steps(office.house).count(AccountStep.RENEWAL_ASKED) == asked


@ONE_SIDE
def test_with_too_few_operators_the_sentence_says_what_to_do(house: House) -> None:
    house.clock.move(hours=25)
    with house.accounts.store.reading() as view:
        names = [
            each.name for each in view.people.accounts() if each.role is Role.OPERATOR and not each.closed
        ]
    one = house.person(f"only{len(house.events())}@x.example", Role.OPERATOR)
    for name in names:
        managing.disable(house.accounts, "op", name)
    lost = house.person(f"lost{len(house.events())}@x.example", min(ROLES[house.accounts.side], key=str))

    refused = asks(house.signed_in(one), lost.name)

    assert "add-operator" in refused.text


def test_the_person_is_told_at_the_sign_in_and_ends_a_request_that_was_not_theirs(office: Office) -> None:
    house, lost = office.house, office.lost
    asks(office.vera, lost.name)
    assert "asked that you be let in" not in office.otto.get("/account").text, "it is about somebody else"
    stranger = house.browser()
    wrong = stranger.sign_in(lost, passphrase="not the passphrase at all")
    assert (wrong.status_code, "let in again" in wrong.text) == (401, False)

    browser = house.browser()
    entered = browser.sign_in(lost, target="/glossary")

    assert entered.headers["Location"] == "/account"
    assert f"{office.operator.name} asked that you be let in again" in browser.get("/account").text
    assert browser.post("/account/renewal/deny", {}, page="/account").headers["Location"] == "/account"
    assert "asked that you be let in" not in browser.get("/account").text
    assert steps(house)[-2:] == [AccountStep.RENEWAL_ASKED, AccountStep.RENEWAL_WITHDRAWN]
    assert str(house.opening(len(house.events()) - 1, "actor")).startswith(lost.name)
    again = browser.post("/account/renewal/deny", {}, page="/account")
    assert (again.status_code, "No such request waits" in again.text) == (422, True)
    assert confirms(office.otto, lost.name).status_code == 422
    assert house.browser().sign_in(lost, target="/glossary").headers["Location"] == "/glossary"


@ONE_SIDE
def test_a_session_of_long_ago_ends_no_request(office: Office) -> None:
    """Who has found the browser of a person that lost all means cannot keep the person out."""
    browser = office.house.signed_in(office.lost)
    token = browser.form_token("/account")
    office.house.clock.move(seconds=FRESH.total_seconds() + 60)
    office.vera.sign_in(office.operator)
    asks(office.vera, office.lost.name)

    reply = browser.client.post("/account/renewal/deny", data={"form": token})

    assert "again=1" in reply.headers["Location"]
    assert steps(office.house)[-1] is AccountStep.RENEWAL_ASKED
