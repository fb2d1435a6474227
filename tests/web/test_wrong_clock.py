"""A hub whose clock was three years ahead and has been set back: nobody stays in, and nobody is shut out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from entrances import House, Person, hub_house, key_on

from gateway.accounts.errors import InvitationError
from gateway.accounts.invitations import invite, read_invitation
from gateway.accounts.model import Offer, Role
from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.doctor import examine

NEW = "eleven patient herons at the ferry"
YEARS = timedelta(days=3 * 365).total_seconds()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ahead")


@pytest.fixture(scope="module")
def house(place: Path) -> Iterator[House]:
    with hub_house(place) as made:
        yield made


@pytest.fixture
def ana(house: House, request: pytest.FixtureRequest) -> Person:
    return house.person(f"{abs(hash(request.node.name))}@armac.example", Role.ANALYST)


def test_a_session_that_was_opened_at_a_time_to_come_is_over(house: House, ana: Person) -> None:
    house.clock.move(seconds=YEARS)
    browser = house.signed_in(ana)
    assert browser.is_signed_in

    house.clock.move(seconds=-YEARS)

    assert not browser.is_signed_in


def test_a_clock_that_is_set_back_by_seconds_ends_no_session(house: House, ana: Person) -> None:
    browser = house.signed_in(ana)
    house.clock.move(seconds=-60)

    assert browser.is_signed_in


def test_guesses_at_a_time_to_come_close_the_account_for_no_years(house: House, ana: Person) -> None:
    house.clock.move(seconds=YEARS)
    for _ in range(7):
        assert house.browser().sign_in(ana, passphrase="wrong and wrong again").status_code != 303
    house.clock.move(seconds=-YEARS)

    assert house.browser().sign_in(ana).status_code == 303


def test_an_invitation_of_a_time_to_come_opens_nothing(house: House) -> None:
    offer = Offer("new@armac.example", "ARMAC", Role.ANALYST, frozenset())
    house.clock.move(seconds=YEARS)
    code = invite(house.entrance, "operator", offer)
    assert read_invitation(house.entrance, code)
    house.clock.move(seconds=-YEARS)

    with pytest.raises(InvitationError):
        read_invitation(house.entrance, code)


def test_codes_of_a_time_to_come_leave_recovery_codes_and_the_doctor_says_so(
    house: House, place: Path, ana: Person
) -> None:
    """No code counts twice, whatever the clock says: the person takes another way, and has codes again."""
    house.clock.move(seconds=YEARS)
    house.signed_in(ana)
    house.clock.move(seconds=-YEARS)
    said = {found.about: found for found in examine(place / "hub")}["codes"]
    assert said.state is State.WARNING
    assert "recovery code" in said.remedy

    assert house.browser().sign_in(ana).status_code != 303
    browser = house.browser()
    assert browser.sign_in(ana, code=ana.recovery[0]).status_code == 303
    page = browser.get("/account/credentials").text
    fields = {
        "generator": page.partition('name="generator" value="')[2].partition('"')[0],
        "current": ana.passphrase,
        "passphrase": NEW,
        "passphrase_again": NEW,
        "code": pyotp.TOTP(key_on(page)).at(house.clock.now()),
    }
    assert browser.post("/account/credentials", fields, page="/account").status_code == 200
    again = Person(ana.name, key_on(page), (), NEW)
    assert house.browser().sign_in(again).status_code == 303
