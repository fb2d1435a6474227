"""A sign-in link for each of the demo's desks, which signs the reader in once as the demo's person.

The links open a small server in the demo's own process, on this machine only. The server signs in like any
person, with the passphrase and the code that only the demo stores, and passes the cookie on. Hub and nodes
know nothing of the links: no real region has such people, nor such a server.
"""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, redirect

from gateway.accounts import codes
from gateway.accounts.context import Entrance
from gateway.accounts.signing_in import Attempt, SignInResult, sign_in
from gateway.api.browsers import SESSION, local_name
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.demo.accounts import Person, people_of
from gateway.keys.files import read_secret, write_secret

LINKS = "links"
ADDRESS = "door"
LIFETIME = timedelta(hours=1)
GONE = "This link has been used, or is too old. New ones: safelane demo --people\n"


@dataclass(frozen=True)
class Link:
    """A sign-in link. `address` works once, within the hour."""

    person: Person
    address: str


def new_links(directory: Path, now: datetime | None = None) -> Iterator[Link]:
    """Make a link for each person of the demo whose hub or node runs. Raises KeyFileError without a demo."""
    address_file = directory / ADDRESS
    if not address_file.exists():
        return
    until = (now or datetime.now(UTC)) + LIFETIME
    for person in people_of(directory):
        if not Layout(directory / person.place).address.exists():
            continue
        secret = secrets.token_urlsafe(32)
        about = {"name": person.name, "place": person.place, "until": until.isoformat()}
        write_secret(directory / LINKS / _hashed(secret), json.dumps(about))
        yield Link(person, f"{address_file.read_text(encoding='ascii').strip()}/{secret}")


@contextmanager
def serve_sign_in_links(directory: Path) -> Iterator[None]:
    """Serve the sign-in links while the demo runs, on this machine only, at any free port."""
    server = WebServer(_app(directory), "127.0.0.1:0")
    address = directory / ADDRESS
    server.start()
    address.write_text(f"{server.url}\n", encoding="ascii")
    try:
        yield
    finally:
        address.unlink(missing_ok=True)
        server.close()


def _app(directory: Path) -> Flask:
    app = Flask("safelane-demo-sign-in", static_folder=None)

    @app.get("/<secret>")
    def enter(secret: str) -> Response:
        person = _take(directory, secret)
        if person is None:
            return Response(GONE, 410, content_type="text/plain")
        url = Layout(directory / person.place).address.read_text(encoding="ascii").strip()
        entered = _enter(directory, person)
        response = redirect(f"{url}/", 303)
        name = local_name(SESSION, urlsplit(url).netloc)
        response.set_cookie(name, entered.session, httponly=True, samesite="Lax")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return Response(response.get_data(), 303, response.headers)

    return app


def _take(directory: Path, secret: str) -> Person | None:
    """Return a link's person once, since the file is removed first; None for an unknown, used or expired
    link.
    """
    path = directory / LINKS / _hashed(secret)
    try:
        taken = path.rename(path.with_suffix(".taken"))
    except FileNotFoundError:
        return None
    about = json.loads(read_secret(taken))
    taken.unlink()
    if datetime.fromisoformat(about["until"]) < datetime.now(UTC):
        return None
    who = (about["place"], about["name"])
    return next((person for person in people_of(directory) if (person.place, person.name) == who), None)


def _enter(directory: Path, person: Person) -> SignInResult:
    with open_entrance(directory / person.place) as entrance:
        code = fresh_code(entrance, person)
        attempt = Attempt(
            "127.0.0.1",
            None,
            "the demo's link",
            name=person.name,
            passphrase=person.passphrase,
            code=code,
        )
        return sign_in(entrance, attempt)


def fresh_code(entrance: Entrance, person: Person) -> str:
    """Return an unused code; waits for the next time step where necessary."""
    while True:
        with entrance.accounts.store.reading() as view:
            credentials = view.people.credentials(person.name)
        last = -1 if credentials is None else credentials.last_step
        now = datetime.now(UTC)
        for moment in (now, now + timedelta(seconds=codes.STEP_SECONDS)):
            if int(moment.timestamp()) // codes.STEP_SECONDS > last:
                return person.code(moment)
        time.sleep(1)


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
