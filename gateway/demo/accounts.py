"""The demo's accounts: one person in each duty of the hub and of one node, for signing in on the pages.

Their secrets are in a file that only the demo's owner can read. Real people choose their own secrets; only
the demo stores a passphrase or the key of a code generator in readable form.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyotp

from gateway.accounts.context import Entrance
from gateway.accounts.invitations import accept, invite, read_invitation
from gateway.accounts.model import Offer, Role
from gateway.accounts.secrets import new_code
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.demo.access import HUB, MEMBERS
from gateway.keys.files import read_secret, write_secret

PEOPLE = "people.json"
OPERATOR = "operator of the demo"
PASSPHRASE_GROUPS = 5


@dataclass(frozen=True)
class Person:
    """A person of the demo. `place` is the hub or the node, as a path below the demo's directory."""

    place: str
    name: str
    role: str
    passphrase: str
    generator: str

    def code(self, now: datetime) -> str:
        """Return the current code of the code generator."""
        return pyotp.TOTP(self.generator).at(now)


def open_accounts(directory: Path, member: str, purposes: tuple[str, ...]) -> None:
    """Invite people of the hub and of one node, open their accounts, and store their secrets."""
    people: list[Person] = []
    with open_entrance(directory / HUB) as entrance:
        people += [_open(entrance, HUB, offer) for offer in _of_hub(purposes)]
    with open_entrance(directory / MEMBERS / member) as entrance:
        people += [_open(entrance, f"{MEMBERS}/{member}", offer) for offer in _of_node(member)]
    write_secret(directory / PEOPLE, json.dumps([asdict(person) for person in people]))


def people_of(directory: Path) -> list[Person]:
    """Return the people of the demo. Raises KeyFileError when there is no demo."""
    return [Person(**person) for person in json.loads(read_secret(directory / PEOPLE))]


def sign_in_lines(directory: Path, now: datetime | None = None) -> Iterator[tuple[Person, tuple[str, str]]]:
    """Yield the address, name, passphrase and current code of each of the demo's people."""
    for person in people_of(directory):
        address = Layout(directory / person.place).address
        where = address.read_text(encoding="ascii").strip() if address.exists() else "(not running)"
        yield (
            person,
            (
                f"{where}/sign-in   {person.role}, {person.place}",
                f"  name {person.name}   passphrase {person.passphrase}   code {person.code(now or _now())}",
            ),
        )


def _of_hub(purposes: tuple[str, ...]) -> list[Offer]:
    return [
        Offer("ana@armac.example", "ARMAC", Role.ANALYST, frozenset(purposes)),
        Offer("auditor@armac.example", "ARMAC", Role.AUDITOR),
        Offer("operator@armac.example", "ARMAC", Role.OPERATOR),
    ]


def _of_node(member: str) -> list[Offer]:
    authority, domain = f"Authority of {member}", f"{member.lower()}.example"
    return [
        Offer(f"controller@{domain}", authority, Role.CONTROLLER),
        Offer(f"auditor@{domain}", authority, Role.AUDITOR),
    ]


def _open(entrance: Entrance, place: str, offer: Offer) -> Person:
    invitation = invite(entrance, OPERATOR, offer)
    generator = read_invitation(entrance, invitation)[1]
    passphrase = new_code(PASSPHRASE_GROUPS)
    now = entrance.accounts.clock.now()
    accept(entrance, invitation, passphrase, pyotp.TOTP(generator).at(now))
    return Person(place, offer.name, offer.role.value, passphrase, generator)


def _now() -> datetime:
    return datetime.now(UTC)
