"""A person of the demo signs in on the page, by the keyboard alone."""

from browsing import PEOPLE, Browsing
from keyboard import Keys

from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.demo.accounts import Person, people_of
from gateway.demo.sign_in_links import fresh_code


def signed_in(look: Browsing, who: str) -> Keys:
    """The keys of somebody who has just signed in, on the page where the desk begins; those count."""
    person = _person(look, who)
    keys = Keys(look.page(who, "/sign-in", known=False))
    keys.begins_at("#name")
    with open_entrance(look.directory / person.place) as entrance:
        code = fresh_code(entrance, person)  # made last: a code is valid for a short time
    for words in (person.name, person.passphrase, code):
        keys.write(words)
        keys.press("Tab" if words != code else "Enter")
    keys.page.locator("nav.desk").wait_for()
    return keys


def _person(look: Browsing, who: str) -> Person:
    side, role = PEOPLE[who]
    people = people_of(look.directory)
    return next(one for one in people if one.role == role and (one.place == "hub") == (side == "hub"))
