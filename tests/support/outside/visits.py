"""Requests of browsers and programs as bytes, to a real hub and a real node; passkeys and certificates."""

import random
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from desk_house import desk_house, forms_of
from entrances import House, hub_house

from gateway.accounts.model import Role
from outside.reader import Reader
from outside.registers import VICTIMS, place

OUR_FAULT = re.compile(rb"HTTP/1\.1 (500|502|503|504) ")
PATIENCE_SECONDS = 20.0
MULTIPART = (
    '--b\r\nContent-Disposition: form-data; name="form"\r\n\r\n{form}\r\n'
    '--b\r\nContent-Disposition: form-data; name="as_of"\r\n\r\n2026-01-31\r\n'
    '--b\r\nContent-Disposition: form-data; name="register"; filename="v.csv"\r\n'
    "Content-Type: text/csv\r\n\r\n{rows}\r\n--b--\r\n"
)


class BrokenError(Exception):
    """A status of 5xx, or no answer in time."""


def readers() -> Iterator[Reader]:
    """All of them. The servers start with the first input."""
    yield Reader("a request to a hub", _at_hub(), lambda data: send(_hub()[0].url, data), ())
    yield Reader("a request to a node", _at_node(), lambda data: send(_node()[0].url, data), ())


def send(url: str, data: bytes) -> bytes:
    """The answer to some bytes, which come from an address of their own, so that no limit is reached.

    Raises BrokenError for an answer of 5xx, and where none comes.
    """
    here = urlsplit(url)
    draw = random.Random(data)
    stranger = f"127.{draw.randint(1, 250)}.{draw.randint(1, 250)}.{draw.randint(1, 250)}"
    words = _words(url)
    for name, word in words.items():
        data = data.replace(name, word)
    answer = b""
    with socket.create_connection((here.hostname, here.port), PATIENCE_SECONDS, (stranger, 0)) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                answer += piece
        except TimeoutError:
            raise BrokenError("no answer") from None
        except OSError:  # refused in the middle
            return answer
    if OUR_FAULT.match(answer):
        raise BrokenError(answer[:400].decode("latin-1"))
    return answer


_HOUSES = ExitStack()
"""What serves, until the process ends."""


@cache
def _hub() -> tuple[House, dict[bytes, bytes]]:
    """A hub with an analyst in a browser, and the words that an input has in place of its secrets."""
    house = _HOUSES.enter_context(hub_house(_folder("hub")))
    analyst = house.person("ana@armac.example", Role.ANALYST, "regional-reporting")
    browser = house.signed_in(analyst)
    cookies = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
    return house, {b"@COOKIE@": cookies.encode(), b"@FORM@": browser.form_token("/account").encode()}


@cache
def _node() -> tuple[House, dict[bytes, bytes]]:
    """A node with a controller in a browser. Its jobs are begun by nobody."""
    desk = _HOUSES.enter_context(desk_house(_folder("node"), ready=False))
    desk.desk_context.jobs.start = lambda *_, **__: None  # type: ignore[method-assign]
    cookies = "; ".join(f"{one.name}={one.value}" for one in desk.browser.client.cookies.jar)
    form = next(one for one in forms_of(desk.get(UPLOAD)) if one.action == UPLOAD)
    return desk.house, {b"@COOKIE@": cookies.encode(), b"@FORM@": form.hidden["form"].encode()}


UPLOAD = "/controller/loads/upload"


def _folder(name: str) -> Path:
    made = place() / name
    made.mkdir(exist_ok=True)
    return made


def _words(url: str) -> dict[bytes, bytes]:
    return next(
        words for house, words in (f() for f in (_hub, _node) if f.cache_info().currsize) if house.url == url
    )


def _request(line: str, body: str = "", kind: str = "", **headers: str) -> bytes:
    """A request as bytes; its cookies and form token are filled in when it is sent."""
    named = {"Host": "127.0.0.1", "Cookie": "@COOKIE@", "Accept-Language": "km,en;q=0.5", **headers}
    if body:
        named |= {"Content-Type": kind, "Content-Length": str(len(body.encode()))}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return f"{line} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n{body}".encode()


FORM, JSON_BODY = "application/x-www-form-urlencoded", "application/json"


def _at_hub() -> tuple[bytes, ...]:
    passkey = '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"e30"}}'
    return (
        _request("GET /analyst?table=casualties&by=outcome&year=2020-2024"),
        _request("GET /account"),
        _request("GET /api/v1/members", Authorization="Bearer slt_wrong"),
        _request("GET /openapi.json", If_None_Match='"abc"', Range="bytes=0-10"),
        _request("GET /log/checkpoint"),
        _request("GET /log/tile/0/000.p/1", Accept_Encoding="gzip, br;q=0.5"),
        _request("POST /sign-in", "form=@FORM@&name=a&passphrase=b&code=123456&next=%2Faccount", FORM),
        _request("POST /sign-in/passkey", f"form=@FORM@&challenge=00ff&response={passkey}", FORM),
        _request("POST /account/language", "form=@FORM@&language=km&next=%2F", FORM),
        _request("POST /federation/v2/poll", '{"held": 5}', JSON_BODY, Signature_Input="safelane=()"),
        _request("POST /federation/v2/applications", '{"member": "KH", "secret": "s"}', JSON_BODY),
        _request("POST /api/v1/questions", '{"measure": "casualties", "by": ["outcome"]}', JSON_BODY),
    )


def _at_node() -> tuple[bytes, ...]:
    upload = MULTIPART.format(form="@FORM@", rows=VICTIMS.replace("\n", "\r\n"))
    return (
        _request("GET /controller"),
        _request(f"GET {UPLOAD}"),
        _request("GET /controller/policy/edit"),
        _request("GET /auditor/entries?from=2020-01-01&kind=asked&q=x"),
        _request(f"POST {UPLOAD}", upload, "multipart/form-data; boundary=b"),
        _request("POST /controller/policy/edit", "form=@FORM@&recipients.0.name=ARMAC&smallest=3", FORM),
        _request("POST /sign-in", "form=@FORM@&name=a&passphrase=b&code=123456&next=%2Faccount", FORM),
    )
