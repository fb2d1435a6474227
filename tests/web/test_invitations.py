"""Inviting people over HTTP: no default passwords, a code that opens one account once."""

import pyotp
import pytest
from entrances import PASSPHRASE, Browser, House, key_on

from audit.events.account_events import AccountInvited, AccountOpened
from gateway.accounts.errors import AccountRuleError, AccountTakenError
from gateway.accounts.invitations import DAYS, invite
from gateway.accounts.model import Offer, Role

OFFER = Offer("ana@armac.example", "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}))
NOT_OPEN = "does not open an account"


def accept(browser: Browser, house: House, invitation: str, **changed: str):
    page = browser.post("/invitation", {"invitation": invitation}, page="/invitation")
    assert page.status_code == 200, page.text
    fields = {
        "invitation": invitation,
        "passphrase": PASSPHRASE,
        "passphrase_again": PASSPHRASE,
        "code": pyotp.TOTP(key_on(page.text)).at(house.clock.now()),
        **changed,
    }
    return browser.post("/invitation/open", fields, page="/invitation")


def test_an_invited_person_opens_the_account_and_signs_in(house: House) -> None:
    code = invite(house.entrance, "console root", OFFER)
    browser = house.browser()
    shown = browser.post("/invitation", {"invitation": f" {code} "}, page="/invitation").text
    assert "ana@armac.example" in shown
    assert "regional-reporting" in shown

    opened = accept(browser, house, code)

    assert opened.status_code == 200
    assert opened.text.count("<li><code>") == 8
    house.clock.move(seconds=30)
    fields = {"name": "Ana@ARMAC.example", "passphrase": PASSPHRASE}
    entered = browser.post(
        "/sign-in", {**fields, "code": pyotp.TOTP(key_on(shown)).at(house.clock.now())}, page="/sign-in"
    )
    assert entered.status_code == 303
    kinds = [type(e) for e in house.events()]
    assert kinds.index(AccountInvited) < kinds.index(AccountOpened)


def test_the_log_says_who_invited_whom_by_commitments_only(house: House) -> None:
    invite(house.entrance, "console root", OFFER)

    index = len(house.events()) - 1
    event = house.events()[index]
    assert isinstance(event, AccountInvited)
    assert (event.organisation, event.role, event.purposes) == ("ARMAC", "analyst", ("regional-reporting",))
    assert house.opening(index, "actor") == "console root"
    assert house.opening(index, "subject") == "ana@armac.example"
    with house.accounts.store.reading() as view:
        assert b"ana@armac.example" not in b"".join(view.log.read_entries(0, index + 1))


def test_an_invitation_opens_once(house: House) -> None:
    code = invite(house.entrance, "op", OFFER)
    browser = house.browser()
    accept(browser, house, code)

    again = browser.post("/invitation", {"invitation": code}, page="/invitation")

    assert again.status_code == 403
    assert NOT_OPEN in again.text


@pytest.mark.parametrize("code", ["", "sli_wrong", "x" * 10_000, "slt_" + "a" * 43])
def test_a_wrong_an_expired_and_a_replaced_one_look_the_same(house: House, code: str) -> None:
    expired = invite(house.entrance, "op", OFFER)
    replaced = invite(house.entrance, "op", Offer("ben@armac.example", "ARMAC", Role.AUDITOR))
    invite(house.entrance, "op", Offer("ben@armac.example", "ARMAC", Role.AUDITOR))
    house.clock.move(days=DAYS, seconds=1)
    browser = house.browser()

    answers = [
        browser.post("/invitation", {"invitation": c}, page="/invitation") for c in (code, expired, replaced)
    ]

    assert {a.status_code for a in answers} == {403}
    assert all(NOT_OPEN in a.text for a in answers)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"passphrase": "short", "passphrase_again": "short"}, "fewer than 15"),
        ({"passphrase_again": "something else entirely"}, "differ"),
        ({"passphrase": "passwordpassword", "passphrase_again": "passwordpassword"}, "most commonly guessed"),
        (
            {"passphrase": "ana@armac.example ana", "passphrase_again": "ana@armac.example ana"},
            "most commonly guessed",
        ),
        ({"code": "000000"}, "does not match"),
        ({"code": ""}, "does not match"),
    ],
)
def test_a_mistake_is_reported_and_can_be_corrected(house: House, changed: dict[str, str], said: str) -> None:
    code = invite(house.entrance, "op", OFFER)
    browser = house.browser()

    refused = accept(browser, house, code, **changed)

    assert refused.status_code == 422
    assert said in refused.text
    assert changed.get("passphrase", "\0") not in refused.text
    assert accept(browser, house, code).status_code == 200


def test_a_name_is_taken_once_whatever_capitals_it_has(house: House) -> None:
    house.person("ana@armac.example", Role.ANALYST)

    with pytest.raises(AccountTakenError):
        invite(house.entrance, "op", Offer("ANA@armac.example", "ARMAC", Role.AUDITOR))


@pytest.mark.parametrize(
    "offer",
    [
        Offer("ab", "ARMAC", Role.ANALYST),
        Offer("ana armac", "ARMAC", Role.ANALYST),
        Offer("аna@armac.example", "ARMAC", Role.ANALYST),  # a Cyrillic letter that looks like an a
        Offer("ana@armac.example", "", Role.ANALYST),
        Offer("ana@armac.example", "ARMAC\nx", Role.ANALYST),
        Offer("ana@armac.example", "ARMAC", Role.CONTROLLER),
        Offer("ana@armac.example", "ARMAC", Role.AUDITOR, frozenset({"regional-reporting"})),
        Offer("ana@armac.example", "ARMAC", Role.ANALYST, frozenset({"curiosity"})),
    ],
)
def test_an_account_that_cannot_be_is_not_offered(house: House, offer: Offer) -> None:
    before = len(house.events())

    with pytest.raises(AccountRuleError) as refused:
        invite(house.entrance, "op", offer)

    assert refused.value.remedy
    assert len(house.events()) == before
