"""Two operators let somebody in again by the keyboard alone, up to the new sign-in of that person."""

from collections.abc import Iterator

import pyotp
import pytest
from browsing import Browsing
from entrances import House, Person, house_of
from keyboard import Keys

from gateway.accounts.model import Role, Side

pytestmark = pytest.mark.processes

MOST_KEYS = 60
"""Keys of a desk's main job, beside the letters of a person's own text."""
NEW = "seven grey herons over the lake"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(Side.HUB, tmp_path_factory.mktemp("house")) as made:
        yield made


def nobody(look: Browsing, house: House) -> Keys:
    """A browser of somebody who has not signed in, at the sign-in page."""
    context = look.browser.new_context()
    look.contexts.append(context)
    page = context.new_page()
    page.goto(f"{house.url}/sign-in")
    return Keys(page)


def signs_in(keys: Keys, house: House, person: Person) -> None:
    house.clock.move(minutes=1)  # a code works once
    keys.begins_at("#name")
    for words in (person.name, person.passphrase):
        keys.write(words)
        keys.press("Tab")
    keys.write(person.code(house.clock))
    keys.press("Enter")
    keys.page.locator("nav.desk").wait_for()


def at_the_page(look: Browsing, house: House, operator: Person) -> Keys:
    keys = nobody(look, house)
    signs_in(keys, house, operator)
    keys.open("nav a[href='/letting-in']", leads_to="**/letting-in")
    keys.into_the_page()
    return keys


def code_on(keys: Keys) -> str:
    keys.page.locator("h1", has_text="Code").wait_for()
    return keys.page.locator(".secret code").inner_text().strip()


def test_a_person_who_lost_everything_is_let_in_again_by_two(look: Browsing, house: House) -> None:
    vera, otto = (house.person(f"{name}@armac.example", Role.OPERATOR) for name in ("vera", "otto"))
    lost = house.person("lost@armac.example", Role.AUDITOR)

    first = at_the_page(look, house, vera)
    first.to("#person")
    first.press("l", "o")
    assert first.page.locator("#person").input_value() == lost.name
    first.open("form.card button")
    codes = [code_on(first)]
    second = at_the_page(look, house, otto)
    second.open("form:has([name=confirms]) button")
    codes.append(code_on(second))
    assert max(first.pressed, second.pressed) <= MOST_KEYS

    person = nobody(look, house)
    person.open("a[href='/invitation']", leads_to="**/invitation")
    person.to("[name=invitation]")
    person.write(" ".join(codes))
    person.press("Enter")
    generator = person.page.locator(".secret code").inner_text().replace(" ", "")
    for field in ("passphrase", "passphrase_again"):
        person.to(f"[name={field}]")
        person.write(NEW)
    person.to("[name=code]")
    person.write(pyotp.TOTP(generator).at(house.clock.now()))
    person.press("Enter")
    person.page.get_by_text("recovery codes", exact=False).first.wait_for()
    again = nobody(look, house)
    signs_in(again, house, Person(lost.name, generator, (), NEW))
