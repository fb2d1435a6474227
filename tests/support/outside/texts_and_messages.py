"""Readers of messages, texts of logs, documents and saved tables, as tests with random inputs name them."""

import json
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from outside.reader import Reader, Shape

sys.path.insert(0, str(Path(__file__).parents[2] / "golden"))

import test_changed_documents as documents
import test_changed_files as files
import test_changed_messages as messages
from changed_texts import as_text

from anonymisers.errors import AnonymiserError
from audit.errors import AuditError
from audit.events.events import decode
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.formats.tiles import Bundle, encode_bundle, parse_bundle, parse_path
from audit.log.directory import parse_key_lines
from audit.log.policy import Policy
from audit.reading.saved_table import compare
from audit.witness.protocol import AddCheckpoint
from gateway.api import schemas
from gateway.dictionary import regional
from gateway.errors import SafelaneError
from gateway.export.pxweb.px_saved_query import SavedQuery, number_of, read_number
from gateway.export.pxweb.px_selection import selected, split
from gateway.export.sdmx.sdmx_selection import selected as selected_by_key
from gateway.http.proxies import Proxies
from gateway.http.signatures import UnsignedError, asked_for
from gateway.keys.sealed_stream import OpeningReader, SealingWriter
from gateway.question import parse
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.services.service_address import parse_service
from gateway.wire.answer import answer_from_json
from gateway.wire.answer_bounds import answer_bounds_from_json
from gateway.wire.enrolment import parse_invitation
from gateway.wire.release import release_from_json
from gateway.wire.strict_json import strict_json
from policies import PolicyError, load_policy
from policies.lint.expectations import load_expectations

WITNESSED = (
    str(Signer.from_seed("test.example/log", bytes(range(32))).key),
    {"one": str(Cosigner.from_seed("test.example/witness", bytes(range(32))).key)},
    1,
)
"""What a policy of witnesses is written of: the key of a log, the keys of witnesses, the quorum."""
REFUSED = (AuditError, SafelaneError)
ANY = (*REFUSED, AnonymiserError, PolicyError)


def of_json(read: Callable[[Any], Any]) -> Callable[[bytes], Any]:
    """As an address reads a body: strict JSON first."""
    return lambda data: read(strict_json(data))


def of_text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """As a text of any bytes, also with halves of surrogate pairs."""
    return lambda data: read(as_text(data))


def readers() -> Iterator[Reader]:
    """All of them."""
    yield from _messages()
    yield from _texts()
    yield from _documents()
    yield from _queries_and_headers()


def _messages() -> Iterator[Reader]:
    for name, (examples, read, raises) in messages.JSON.items():
        begins = tuple(_as_sent(name, messages.CALLS[one]).encode() for one in examples)
        yield Reader(name, begins, of_json(read), (*raises, ValueError), Shape.JSON)
    asked = messages.through(schemas.QuestionSchema, lambda body: parse(regional(), body))
    yield Reader(
        "a question", (json.dumps(messages.QUESTION).encode(),), of_json(asked), messages.REFUSED, Shape.JSON
    )
    yield Reader(
        "an answer of a node",
        (messages.ANSWER.encode(),),
        of_json(lambda body: answer_from_json(body) if isinstance(body, dict) else None),
        (*REFUSED, ValueError),
        Shape.JSON,
    )
    bounds = messages.through(schemas.BoundsSchema, answer_bounds_from_json)
    yield Reader(
        "bounds of an answer",
        (json.dumps(messages.BOUNDS).encode(),),
        of_json(bounds),
        messages.REFUSED,
        Shape.JSON,
    )
    released = tuple(text.encode() for name, text in messages.RELEASES.items() if "text" not in name)
    yield Reader("a release as JSON", released, of_json(release_from_json), messages.LOOSE, Shape.JSON)


def _as_sent(name: str, call: str) -> str:
    """A golden call as its address accepts it."""
    if name == "an application":
        return json.dumps({**json.loads(call), "secret": "s" * 43, "proof": "as signed"})
    return call.replace(f'"salt": "{bytes(16).hex()}"', f'"salt": "{bytes(32).hex()}"')


def _texts() -> Iterator[Reader]:
    for name, (examples, read) in messages.TEXTS.items():
        begins = tuple(_as_accepted(name, messages.SIGNED[one]).encode() for one in examples)
        loose = (IndexError,) if name == "a witness's key" else ()  # a text of one line has no second
        yield Reader(name, begins, of_text(read), (AuditError, *loose))
    for name, (text, read) in files.FILES.items():
        yield Reader(name, (text.encode(),), of_text(read), REFUSED, Shape.CANONICAL)
    yield Reader("an entry of a log", tuple(messages.ENTRIES), decode, (AuditError,), Shape.CANONICAL)
    yield Reader("the path of a tile", tuple(messages.TILES), of_text(parse_path), (AuditError,))
    request = str(AddCheckpoint(0, (), files.CHECKPOINT)).encode()
    yield Reader("a request to a witness", (request,), of_text(AddCheckpoint.parse), REFUSED)
    entries = encode_bundle([b"{}", b'{"type":"asked"}', b""])
    yield Reader("a bundle of entries", (entries,), lambda data: parse_bundle(Bundle(0, 3), data), REFUSED)
    keys = of_text(lambda text: parse_key_lines(text, "keys"))
    yield Reader("lines of keys", (messages.SIGNED["keys"].encode(),), keys, REFUSED)
    invitation = messages.CALLS["invitation"].encode()
    yield Reader("an invitation", (invitation,), of_text(parse_invitation), (SafelaneError,))
    for name, content in files.SAVED.items():
        shape = Shape.ZIP if name.endswith((".xlsx", ".zip")) else Shape.TEXT
        yield Reader(f"a saved {name}", (content,), _compared(name), REFUSED, shape)


def _as_accepted(name: str, signed: str) -> str:
    """A golden text as its reader accepts it, so that changes go further than its first line."""
    if name == "a size":
        return "17\n"
    if name == "a policy of witnesses":
        return Policy.text(*WITNESSED)
    if name in ("a commitment", "a dossier", "evidence"):
        return signed.strip()
    return f"{signed.strip()}\n" if name == "cosignatures" else signed


def _compared(name: str) -> Callable[[bytes], Any]:
    return lambda data: compare(name, data, files.TABLE)


def _documents() -> Iterator[Reader]:
    for name, (document, read) in documents.DOCUMENTS.items():
        shape = Shape.JSON if isinstance(document, dict) else Shape.INDENTED
        begins = ((json.dumps(document) if isinstance(document, dict) else document).encode(),)
        yield Reader(name, begins, of_text(read), documents.REFUSED, shape)
    policy = of_text(lambda text: load_policy(text, messages.VOCABULARY))
    yield Reader("a policy", tuple(messages.POLICIES), policy, (PolicyError,))
    mapping = of_text(lambda text: parse_mapping(text, regional()))
    yield Reader("a mapping", (messages.MAPPING.encode(),), mapping, (SafelaneError,))
    questions = of_text(lambda text: load_expectations(text, documents.VOCABULARY))
    yield Reader("questions beside a policy", (documents.QUESTIONS.encode(),), questions, ANY)
    for name, opened in messages.OF_SEALED.items():
        yield Reader(name, (messages.SEALED[name].encode(),), opened, ANY, Shape.INDENTED)
    yield Reader("a sealed backup", (_sealed(),), _opened, ANY)


def _sealed() -> bytes:
    sealed = BytesIO()
    writer = SealingWriter(sealed, documents.PASSPHRASE, log_n=2)
    writer.write(b"all that a node has")
    writer.close()
    return sealed.getvalue()


def _opened(data: bytes) -> None:
    reader = OpeningReader(BytesIO(data), documents.PASSPHRASE)
    while reader.read(1024):
        pass
    reader.finish()


def _queries_and_headers() -> Iterator[Reader]:
    yield Reader(
        "a saved query of PxWeb",
        (number_of(SavedQuery("casualties", "km", (("year", ("2020", "20*")),))).encode(),),
        of_text(read_number),
        REFUSED,
    )
    expressions = (b"from(2020),range(2020,2021),2020*,*,20??",)
    chosen = of_text(lambda text: selected("year", ("2020", "2021"), split(text)))
    yield Reader("a selection of PxWeb", expressions, chosen, REFUSED)
    yield Reader("a key of SDMX", (b"KH.K\nge:A+le:Z,eq:_T", b"*\n"), of_text(_by_key), REFUSED)
    yield Reader("a signature of a call", (messages.HEADER,), of_text(messages.verified), (UnsignedError,))
    yield Reader("what a reply is asked to sign", (b'safelane=();keyid="a+1"',), of_text(asked_for), ())
    yield Reader("a page to go to after signing in", (b"/analyst?x=1",), of_text(messages.local_path), ())
    yield Reader(
        "addresses of proxies", (b"192.0.2.7, 2001:db8::/32",), of_text(Proxies.parse), (ValueError,)
    )
    yield Reader("the address of a register", tuple(documents.ADDRESSES), of_text(parse_service), REFUSED)


def _by_key(text: str) -> None:
    key, _, filtered = text.partition("\n")
    selected_by_key(files.OBSERVED, key, {"OUTCOME": filtered} if filtered else {})
