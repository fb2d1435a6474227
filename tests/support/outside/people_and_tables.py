"""Readers of what directories and devices of people say, of narratives, and of tables for commands."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from fido2.utils import websafe_encode
from joserfc import jwt
from lying_directory import CLIENT, SUBJECT, own_key
from passkey_device import Device
from simulation import HandClock

from anonymisers.errors import AnonymiserError
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import cell_names_from_json, release_from_json, table_from_json
from gateway.accounts.errors import PasskeyRefusedError
from gateway.accounts.model import Passkey
from gateway.accounts.passkeys import verifying
from gateway.accounts.passkeys.challenges import Challenge
from gateway.accounts.passkeys.relying_party import RelyingParty
from gateway.errors import SafelaneError
from gateway.http.oidc import Client, OidcDirectory
from outside.reader import Reader, Shape

ISSUER, NONCE = "https://directory.example", "n-0S6"
NARRATIVES = (
    "On 3 March 2019 Sok Dara (ID 012345678) of house 12, street 5, Anlong Vil stepped on a mine.",
    "នៅថ្ងៃទី ៣ មីនា លោក សុខ ដារ៉ា បានជាន់មីន។ ទូរស័ព្ទ 012 345 678",
    "นายสมชาย ใจดี บ้านเลขที่ 12 หมู่ 5 ต.คลองลึก",
)
DIMS = {"sex": {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}}
PARTY = RelyingParty("hub.example", "https://hub.example", "Safelane")
CHALLENGE = Challenge(bytes(32), datetime(2026, 3, 1, tzinfo=UTC))


def readers() -> Iterator[Reader]:
    """All of them."""
    narratives = tuple(text.encode() for text in NARRATIVES)
    yield Reader("a narrative", narratives, _redacted, (AnonymiserError,))
    table = json.dumps({"dims": DIMS, "cells": [["F", 3], ["M", 5]], "meta": {}}).encode()
    yield Reader("a table to protect", (table,), _table, (AnonymiserError,), Shape.JSON)
    released = {"dims": DIMS, "cells": [{"key": {"sex": "F"}, "value": 3}, {"key": {}, "value": None}]}
    yield Reader(
        "a release of a table", (json.dumps(released).encode(),), _released, (AnonymiserError,), Shape.JSON
    )
    names = Reader("names of cells", (b'[{"sex": "F"}, {}]',), _names, (AnonymiserError,), Shape.JSON)
    yield names
    yield Reader(
        "replies of a directory",
        (json.dumps(_replies()).encode(),),
        _identified,
        (SafelaneError,),
        Shape.JSON,
    )
    device = Device(PARTY.origin)
    made, signed = device.makes(_options()), device.signs(_options())
    yield Reader("a new passkey", (made.encode(),), _kept, (PasskeyRefusedError,), Shape.JSON)
    yield Reader("a passkey's answer", (signed.encode(),), _proved(made), (PasskeyRefusedError,), Shape.JSON)


def _redacted(data: bytes) -> None:
    # Takes seconds to import, and only this reader needs it.
    from anonymisers.redaction.engine.engine import engine  # noqa: PLC0415

    engine().redact(data.decode("utf-8", "replace"))


def _text(data: bytes) -> Any:
    return parse_json(data.decode("utf-8", "surrogateescape"))


def _table(data: bytes) -> None:
    table_from_json(_text(data))


def _released(data: bytes) -> None:
    release_from_json(_text(data))


def _names(data: bytes) -> None:
    cell_names_from_json(_text(data), "names")


def _replies() -> list[Any]:
    """What a directory says in turn: where it is, its claims of a person, and its keys."""
    places = {
        "authorization_endpoint": f"{ISSUER}/a",
        "token_endpoint": f"{ISSUER}/t",
        "jwks_uri": f"{ISSUER}/k",
    }
    now = int(HandClock().now().timestamp())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": SUBJECT, "nonce": NONCE, "iat": now, "exp": now + 300}
    return [{"issuer": ISSUER, **places}, claims, {"keys": [own_key().as_dict(private=False)]}]


class _Calls:
    """Replies in turn, in place of calls over the network."""

    def __init__(self, said: list[Any]) -> None:
        self._said = said

    def get(self, *_: Any) -> Any:
        found = self._said.pop(0) if self._said else {}
        return found if isinstance(found, dict) else {}

    def post(self, *_: Any) -> Any:
        claims = self.get()
        return {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, own_key())}


def _identified(data: bytes) -> None:
    try:
        said = json.loads(data)
        jwt.encode({"alg": "RS256"}, said[1], own_key())  # what no directory can sign is of no interest
    except Exception:  # noqa: BLE001 - as above
        return
    directory = OidcDirectory(Client(ISSUER, CLIENT, "", "Ministry"), HandClock())
    directory._calls = _Calls(said)  # type: ignore[assignment]
    directory.identity({"code": "c"}, NONCE, "v" * 43, f"{PARTY.origin}/directory")


def _options() -> dict[str, Any]:
    challenge = websafe_encode(CHALLENGE.value)
    return {
        "challenge": challenge,
        "rp": {"id": PARTY.id},
        "rpId": PARTY.id,
        "user": {"id": websafe_encode(b"handle")},
    }


def _kept(data: bytes) -> None:
    verifying.new_passkey(PARTY, data.decode("utf-8", "surrogateescape"), CHALLENGE)


def _proved(response: str) -> Callable[[bytes], None]:
    made = verifying.new_passkey(PARTY, response, CHALLENGE)
    passkey = Passkey("1", "a", "b", made.credential, made.public_key, made.counter, CHALLENGE.until)

    def read(data: bytes) -> None:
        said = data.decode("utf-8", "surrogateescape")
        verifying.credential_of(said)
        verifying.proved_counter(PARTY, said, CHALLENGE, passkey, b"handle")

    return read
