"""Whatever a stranger makes of a message, a note or a file, its reader takes it or raises what it says."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import logs
import messages
import people_and_policies
import pytest
from changed_texts import as_text, changed_bytes, changed_json, tried
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from anonymisers.errors import AnonymiserError
from anonymisers.identity.pseudonym_map import opened_map
from anonymisers.records.sealed_extract import opened_extract, read_label
from audit.errors import AuditError
from audit.events.events import decode
from audit.formats.canonical import canonical_json
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import Commitment
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.evidence import Evidence
from audit.formats.note import Note, Signer, Verifier
from audit.formats.tiles import parse_path
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.dossier import Dossier
from audit.witness.protocol import parse_cosignatures, parse_known_size
from gateway.accounts.forms import local_path
from gateway.api import schemas
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.errors import SafelaneError
from gateway.http.proxies import Proxies
from gateway.http.signatures import Call, Here, UnsignedError, asked_for, key_id, sign_call, verify_call
from gateway.keys.sealed import SealedKey
from gateway.question import parse
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.wire.answer import answer_from_json
from gateway.wire.answer_bounds import BoundsFormatError, answer_bounds_from_json
from gateway.wire.enrolment import enrolment_from_json, parse_invitation
from gateway.wire.hub_reply_keys import reply_keys_from_json
from gateway.wire.poll import poll_from_json, poll_reply_from_json, signed_answer_from_json
from gateway.wire.release import release_from_json
from gateway.wire.strict_json import strict_json
from gateway.wire.versions import hello_from_json
from policies import PolicyError, load_policy

SMOKE = tried(15)
LOOSE = (AuditError, KeyError, TypeError, ValueError, AttributeError)
POLL = (ValidationError, BoundsFormatError, *LOOSE)
REFUSED = (ValidationError, AuditError, SafelaneError, ValueError)
CALLS = messages.calls()
SIGNED = logs.signed()
RELEASES = messages.releases()
ENTRIES = [canonical_json(json.loads(text)) for text in logs.entries().values()]
POLICIES = [
    text.encode() for name, text in people_and_policies.policies().items() if text.startswith("member:")
]
SEALED: dict[str, str] = json.loads((Path(__file__).parents[1] / "data" / "sealed.json").read_text("utf-8"))
"""Files that were sealed once (`tests/support/make_sealed.py`), by what they are."""
OPENS = bytes(range(32))
OF_SEALED: dict[str, Callable[[bytes], Any]] = {
    "a sealed key": SealedKey.parse,
    "the label of an extract": read_label,
    "a sealed extract": lambda data: opened_extract(data, OPENS, NOW),
    "a map of pseudonyms": lambda data: opened_map(data, OPENS),
}
TILES = [b"tile/0/x001/067.p/1", b"tile/entries/x001/067"]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CALLER = Signer.from_seed("KH/calls", bytes(range(32)))
SIGNING = ("Signature-Input", "Signature", "Content-Digest")


def signed_call() -> Call:
    """A call of a member with an empty body."""
    call = Call("POST", "https://hub.example/federation/v2/poll", {"Content-Type": "application/json"})
    sign_call(call, b"{}", CALLER, Here("region/log", NOW))
    return call


CALL = signed_call()
HEADER = "\n".join(CALL.headers[name] for name in SIGNING).encode()
"""What signs a call, a line for each of its headers."""


def verified(text: str) -> None:
    """Verify the signature of the call by other headers."""
    fields = dict(zip(SIGNING, text.split("\n"), strict=False))
    call = Call(CALL.method, CALL.url, {**CALL.headers, **fields})
    named = key_id(CALLER.key)
    verify_call(call, b"{}", lambda key: CALLER.verifier if key == named else None, Here("region/log", NOW))


MAPPING = """\
mapping: 1
member: VN
source: csv
tables:
  a.csv:
    columns:
      Case: case_id
      Date: {to: date, formats: [DD/MM/YYYY], era: either}
      Sex: {to: sex, codes: {Nam: M, Nu: F}}
    left_out: {Name: names a person}
constants: {consent_share: AGG}
"""
VOCABULARY = vocabulary(regional(), recipients=people_and_policies.RECIPIENTS)
BOUNDS = json.loads(messages.bounds()["bounds"])
ANSWER = next(iter(messages.answers().values())).partition("\n\n")[0]


def through(schema: type[Schema], read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As an address reads a body: by its schema, then by its reader."""
    return lambda body: read(schema().load(body))


def application(body: dict[str, Any]) -> None:
    del body["secret"], body["proof"]
    Verifier.parse(enrolment_from_json(body).call_key)


JSON: dict[str, tuple[list[str], Callable[[Any], Any], tuple[type[Exception], ...]]] = {
    "a poll": (
        ["poll", "poll, bare"],
        through(schemas.PollSchema, poll_from_json),
        POLL,
    ),
    "a reply to a poll": (["reply", "reply, bare"], poll_reply_from_json, LOOSE),
    "a signed answer": (
        ["signed answer"],
        through(schemas.AnswerSchema, signed_answer_from_json),
        REFUSED,
    ),
    "a greeting": (
        ["hello"],
        through(schemas.HelloSchema, hello_from_json),
        REFUSED,
    ),
    "the hub's greeting": (["hello"], hello_from_json, (SafelaneError,)),
    "keys of calls": (["keys of calls"], reply_keys_from_json, (SafelaneError,)),
    "an application": (
        ["enrolment"],
        through(schemas.ApplicationSchema, application),
        (ValidationError, AuditError),
    ),
}


@pytest.mark.parametrize("name", JSON)
@given(data=st.data())
@SMOKE
def test_a_message_between_a_node_and_its_hub(name: str, data: st.DataObject) -> None:
    examples, read, raises = JSON[name]
    made = [json.loads(CALLS[example]) for example in examples]
    if name == "an application":
        made = [{**made[0], "secret": "s" * 43, "proof": {}}]
    _read(read, data.draw(changed_json(made)), raises)


QUESTION = {
    "measure": "casualties",
    "by": ["outcome"],
    "where": {"year": ["2024"]},
    "purpose": "regional-reporting",
}


@given(data=st.data())
@SMOKE
def test_what_analysts_send_and_are_sent(data: st.DataObject) -> None:
    asked = through(schemas.QuestionSchema, lambda body: parse(regional(), body))
    _read(asked, data.draw(changed_json([QUESTION])), REFUSED)
    answer = data.draw(changed_json([json.loads(ANSWER)]))
    if isinstance(answer, dict):  # what is no object does not come so far
        _read(answer_from_json, answer, (SafelaneError,))
    bounds = through(schemas.BoundsSchema, answer_bounds_from_json)
    _read(
        bounds,
        data.draw(changed_json([BOUNDS])),
        REFUSED,
    )
    released = [json.loads(text) for name, text in RELEASES.items() if "text" not in name]
    _read(release_from_json, data.draw(changed_json(released)), LOOSE)


def witness_policy(text: str) -> Policy:
    return Policy.parse(text.encode(errors="surrogateescape"))


TEXTS: dict[str, tuple[list[str], Callable[[str], Any]]] = {
    "a note": (["checkpoint of 3", "signed statement"], Note.parse),
    "a checkpoint": (["checkpoint of 3"], lambda text: Checkpoint.parse(text.partition("\n\n")[0] + "\n")),
    "a receipt": (["receipt", "witnessed receipt"], Receipt.parse),
    "a dossier": (["dossier"], Dossier.parse),
    "evidence": (["evidence"], Evidence.parse),
    "a policy of witnesses": (
        ["policy of witnesses"],
        witness_policy,
    ),
    "a commitment": (["commitment"], Commitment.parse),
    "a key": (["keys"], lambda text: VerifierKey.parse(text.partition("\n")[0])),
    "a key that verifies": (["keys"], lambda text: Verifier.parse(text.partition("\n")[0])),
    "a witness's key": (["keys"], lambda text: CosignatureVerifier.parse(text.split("\n")[1])),
    "cosignatures": (["cosignature"], parse_cosignatures),
    "a size": (["commitment"], parse_known_size),
}


@pytest.mark.parametrize("name", TEXTS)
@given(data=st.data())
@SMOKE
def test_a_text_of_a_log(name: str, data: st.DataObject) -> None:
    examples, read = TEXTS[name]
    changed = data.draw(changed_bytes([SIGNED[example].encode() for example in examples]))
    _read(read, as_text(changed), (AuditError, *((IndexError,) if name == "a witness's key" else ())))


@given(data=st.data())
@SMOKE
def test_an_entry_of_a_log_and_the_path_of_a_tile(data: st.DataObject) -> None:
    _read(decode, data.draw(changed_bytes(ENTRIES)), (AuditError,))
    _read(
        parse_path,
        as_text(data.draw(changed_bytes([b"tile/0/x001/067.p/1", b"tile/entries/x001/067"]))),
        (AuditError,),
    )
    _read(
        parse_invitation, as_text(data.draw(changed_bytes([CALLS["invitation"].encode()]))), (SafelaneError,)
    )


@given(data=st.data())
@SMOKE
def test_a_policy_a_mapping_and_settings(data: st.DataObject) -> None:
    _read(
        lambda text: load_policy(text, VOCABULARY),
        as_text(data.draw(changed_bytes(POLICIES))),
        (PolicyError,),
    )
    mapping = data.draw(changed_bytes([MAPPING.encode()]))
    _read(lambda text: parse_mapping(text, regional()), as_text(mapping), (SafelaneError,))


@given(data=st.data())
@SMOKE
def test_what_is_sealed(data: st.DataObject) -> None:
    for name, read in OF_SEALED.items():
        sealed = SEALED[name].encode()
        _read(read, data.draw(changed_bytes([sealed])), (AnonymiserError, SafelaneError))
        changed = json.dumps(data.draw(changed_json([json.loads(sealed)])), indent=1) + "\n"
        _read(read, changed.encode(), (AnonymiserError, SafelaneError))


@pytest.mark.parametrize("part", ["member", "former", "recipient", "purpose", "kind", "present"])
def test_a_map_of_pseudonyms_with_a_word_of_another_kind_is_refused(part: str) -> None:
    """It ended in a trace."""
    made = json.loads(SEALED["a map of pseudonyms"])
    for other in (True, 1.5, ["x"], {"a": 1}):
        with pytest.raises(AnonymiserError, match="not a map of pseudonyms"):
            opened_map(json.dumps({**made, part: other}).encode(), OPENS)


@given(data=st.data())
@SMOKE
def test_what_stands_in_headers_and_addresses(data: st.DataObject) -> None:
    signature = as_text(data.draw(changed_bytes([HEADER])))
    _read(verified, signature, (UnsignedError,))
    _read(asked_for, signature, ())
    _read(local_path, signature, ())
    assert local_path("//[") == "/"  # ended in a 500 for a stranger, as the page after signing in
    _read(Proxies.parse, signature, (ValueError,))
    _read(Proxies().include, signature, ())
    _read(strict_json, data.draw(changed_bytes([CALLS["poll"].encode()])), (ValueError,))


def _read(read: Callable[[Any], Any], given_: Any, raises: tuple[type[Exception], ...]) -> None:
    try:
        read(given_)
    except raises:
        return
