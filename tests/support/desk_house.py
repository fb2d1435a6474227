"""A node of a real region with the controller's desk on it, and the controller's browser."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import httpx
from entrances import Browser, House, served
from federation import Federation, Member, federation, policy_text
from signing import known, put_in_force, signer

from gateway.accounts.model import Role
from gateway.api.app import create_node_app
from gateway.bootstrap.desk.controller_desk import controller_context
from gateway.bootstrap.setup.controller_keys import key_ring
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.node.context import Node
from gateway.question import ask as question_of
from gateway.web.controller.common.context import KEY, DeskContext
from gateway.wire.release import Release

PASSPHRASE = "invented people only"
APPROVED = "approval: {ready_made: automatic, others: one person}\n"


@dataclass
class Form:
    """A form on a page: where it goes, and its hidden fields."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)


def forms_of(page: str) -> list[Form]:
    """The forms in the main part of a page."""
    found: list[Form] = []

    class Reader(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = {name: value or "" for name, value in attrs}
            self.inside = self.inside or tag == "main"
            if self.inside and tag == "form":
                found.append(Form(values.get("action", "")))
            if self.inside and tag == "input" and values.get("type") == "hidden" and found:
                found[-1].hidden[values["name"]] = values.get("value", "")

        def handle_endtag(self, tag: str) -> None:
            self.inside = self.inside and tag != "main"

    Reader().feed(page)
    return found


@dataclass
class DeskHouse:
    """A region with one node, its pages, and somebody signed in as its controller."""

    region: Federation
    directory: Path
    house: House
    browser: Browser

    @property
    def member(self) -> Member:
        return self.region.members["KH"]

    @property
    def node(self) -> Node:
        return self.member.node

    @property
    def desk_context(self) -> DeskContext:
        found: DeskContext = self.house.app.extensions[KEY]
        return found

    def get(self, path: str, status: int = 200) -> str:
        """A page of the desk."""
        response = self.browser.get(path)
        assert response.status_code == status, response.text[:2000]
        return response.text

    def counted(self, path: str) -> str:
        """A page of the desk, once the tables on it are counted."""
        end = time.monotonic() + 30
        while "are being counted" in (page := self.get(path)):
            assert time.monotonic() < end
            time.sleep(0.05)
        return page

    def post(self, path: str, *, page: str | None = None, **fields: str) -> httpx.Response:
        """The form on `page` (the one at the same address), with its hidden fields, sent to `path`."""
        shown = self.get(page or path)
        hidden = next(form.hidden for form in forms_of(shown) if form.action in (path, ""))
        return self.browser.client.post(path, data={**hidden, **fields})

    def under(self, more: str, version: int = 2) -> None:
        """Let a policy with these further terms be in force, and its cube answer."""
        put_in_force(self.node, policy_text("KH", version=version) + more)
        build(self.node)

    def ask(self, *by: str, where: dict[str, list[str]] | None = None, minutes: float = 60) -> str:
        """An analyst asks; the node has judged it once this returns."""
        question = question_of(
            self.region.hub.dictionary,
            measure="casualties",
            by=by,
            where=where or {},
            purpose="regional-reporting",
        )
        asked = ask(self.region.hub, self.region.analyst, question, timedelta(minutes=minutes))
        self.member.round()
        return asked.id

    def released(self, question: str) -> Release | None:
        """What the analyst has by now."""
        self.member.round()
        release_due(self.region.hub)
        with self.region.hub.store.reading() as view:
            return view.release(question)

    def give_key(self, name: str) -> None:
        """Let another person have a key that counts."""
        known(self.node, name)
        key_ring(self.directory).add(signer(self.node, name), PASSPHRASE)


@contextmanager
def desk_house(directory: Path, *, ready: bool = True) -> Iterator[DeskHouse]:
    """With `ready`, the node has a policy, a snapshot and a cube."""
    with federation(directory, "KH", ready=ready) as region:
        node = region.members["KH"].node
        known(node)
        key_ring(directory / "KH").add(signer(node), PASSPHRASE)
        app = create_node_app(node)
        app.extensions[KEY] = controller_context(directory / "KH", node, region.members["KH"].cube_cache)
        with served(app, region.clock) as house:
            person = house.person("controller@kh.example", Role.CONTROLLER, organisation="CMAA")
            yield DeskHouse(region, directory / "KH", house, house.signed_in(person))
