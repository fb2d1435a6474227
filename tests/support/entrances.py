"""A hub or a node with its pages over real HTTP, and the people and browsers that come to it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pyotp
from flask import Flask
from lone_hub import set_up_hub
from lone_node import lone_node
from simulation import HandClock

from audit.events.events import Event, decode
from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.invitations import accept, invite, read_invitation
from gateway.accounts.model import Offer, Role, Side
from gateway.accounts.ports import Directory
from gateway.api.access_control import KEY as ACCOUNTS
from gateway.api.app import create_hub_app, create_node_app
from gateway.api.browsers import Place, local_name
from gateway.bootstrap.desk.controller_desk import controller_context
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.keys.sealer import KeySealer
from gateway.member.cube.cube_cache import CubeCache
from gateway.web import app as web
from gateway.web.controller.common.context import KEY as CONTROLLER
from gateway.web.operator.machine import KEY as MACHINE
from gateway.web.operator.machine import Encryption, Machine

PASSPHRASE = "correct horse battery staple"
PLACE = "Safelane test"
WRONG = "That did not work"
_FORM = re.compile(r'<input type="hidden" name="form" value="([^"]+)">')


@dataclass
class Person:
    """Somebody with an account: what he or she knows and has."""

    name: str
    generator: str
    recovery: tuple[str, ...]
    passphrase: str = PASSPHRASE

    def code(self, clock: HandClock) -> str:
        """What the code generator shows now."""
        return pyotp.TOTP(self.generator).at(clock.now())


@dataclass
class House:
    """A hub or a node, open to browsers at `url`."""

    url: str
    entrance: Entrance
    clock: HandClock
    app: Flask
    browsers: list["Browser"] = field(default_factory=list)

    @property
    def accounts(self) -> Accounts:
        return self.entrance.accounts

    def person(self, name: str, role: Role, *purposes: str, organisation: str = "ARMAC") -> Person:
        """Somebody who was invited and has opened the account."""
        offer = Offer(name, organisation, role, frozenset(purposes))
        code = invite(self.entrance, "operator", offer)
        generator = read_invitation(self.entrance, code)[1]
        recovery = accept(self.entrance, code, PASSPHRASE, pyotp.TOTP(generator).at(self.clock.now()))
        return Person(name, generator, recovery)

    def browser(self, **headers: str) -> "Browser":
        """A browser that has never been here."""
        made = Browser(self, headers)
        self.browsers.append(made)
        return made

    def signed_in(self, person: Person) -> "Browser":
        browser = self.browser()
        response = browser.sign_in(person)
        assert response.status_code == 303, response.text
        return browser

    def cookie(self, name: str) -> str:
        """What a cookie is called here."""
        return local_name(name, urlsplit(self.url).netloc)

    def events(self) -> list[Event]:
        """What the log says so far."""
        with self.accounts.store.reading() as view:
            checkpoint = view.log.latest_checkpoint()
            return (
                [] if checkpoint is None else [decode(e) for e in view.log.read_entries(0, checkpoint.size)]
            )

    def opening(self, index: int, name: str) -> str | None:
        """What opens a commitment of an entry, as text."""
        with self.accounts.store.reading() as view:
            opening = view.opening(name, index)  # type: ignore[attr-defined]  # both sides have it
        return None if opening is None else opening.value.decode()


class Browser:
    """Keeps cookies and fills in forms, as a browser does; follows no redirects."""

    def __init__(self, house: House, headers: Mapping[str, str]) -> None:
        self._house = house
        self.client = httpx.Client(
            base_url=house.url,
            headers={"User-Agent": "Firefox/140 Linux", **headers},
            timeout=30,
            trust_env=False,
        )

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.client.get(path, **more)  # type: ignore[arg-type]

    def form_token(self, page: str) -> str:
        """The hidden field that a page's forms carry."""
        found = _FORM.search(self.get(page).text)
        assert found is not None, f"{page} has no form"
        return found[1]

    def post(self, path: str, fields: Mapping[str, object], *, page: str) -> httpx.Response:
        """Open `page` and send the form on it to `path`."""
        return self.client.post(path, data={"form": self.form_token(page), **fields})

    def sign_in(self, person: Person, *, target: str = "/account", **changed: str) -> httpx.Response:
        """Sign in at the next code, so that none is used twice by accident."""
        self._house.clock.move(seconds=30)
        fields = {
            "name": person.name,
            "passphrase": person.passphrase,
            "code": person.code(self._house.clock),
        }
        return self.post("/sign-in", {**fields, "next": target, **changed}, page="/sign-in")

    @property
    def is_signed_in(self) -> bool:
        return self.get("/account").status_code == 200


def key_on(page: str) -> str:
    """The code generator's key that a page shows."""
    return page.partition('class="secret"><code>')[2].partition("</code>")[0].replace(" ", "")


@contextmanager
def hub_house(
    directory: Path, place: Place | None = None, provider: Directory | None = None
) -> Iterator[House]:
    """A hub with its pages."""
    set_up_hub(directory / "hub")
    with open_hub(directory / "hub") as opened:
        clock = HandClock()
        with served(create_hub_app(replace(opened, clock=clock)), clock, place, provider) as house:
            yield house


@contextmanager
def node_house(directory: Path, member: str = "KH") -> Iterator[House]:
    """A node with its pages, the controller's desk too."""
    with lone_node(directory / "node", member) as (node, clock):
        app = create_node_app(node)
        cube_cache = CubeCache(node.dictionary, node.member, node.store)
        app.extensions[CONTROLLER] = controller_context(directory / "node", node, cube_cache)
        with served(app, clock) as house:
            yield house


@contextmanager
def house_of(side: Side, directory: Path) -> Iterator[House]:
    with hub_house(directory) if side is Side.HUB else node_house(directory) as house:
        yield house


@contextmanager
def served(
    app: Flask, clock: HandClock, place: Place | None = None, provider: Directory | None = None
) -> Iterator[House]:
    """The application with its pages, at an address of its own."""
    app.extensions[MACHINE] = lambda: Machine(
        10 * 1024**3, 20 * 1024**3, 4096, None, None, Encryption("dm-crypt", "", "")
    )
    entrance = Entrance(app.extensions[ACCOUNTS], PLACE, KeySealer(b"k" * 32))
    web.install(app, entrance, place or Place(), provider)
    server = WebServer(app, "127.0.0.1:0")
    server.start()
    house = House(server.url, entrance, clock, app)
    try:
        yield house
    finally:
        for browser in house.browsers:
            browser.client.close()
        server.close()
