"""A record extract as it leaves the state: sealed to one reader, with a label readable for everybody.

The label names owner, recipient, purpose and expiry; the label is authenticated with the sealed content, so
that nobody can give an extract another label. The expiry binds honest software only: an opened extract has
been read.
"""

import base64
import binascii
import json
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from anonymisers.errors import ExtractError, ExtractExpiredError, KeyStoreError
from anonymisers.identity.sealed_messages import open_sealed, parse_public, seal

FORMAT = "safelane-extract/v1"
INFO = b"safelane extract 1"
MOST_BYTES = 512 * 2**20
"""Limit of the unpacked content; a larger content is no extract."""


@dataclass(frozen=True)
class Label:
    """The public label. `reader` is the public key of the reader; times are UTC, in whole seconds."""

    id: str
    member: str
    recipient: str
    purpose: str
    epoch: int
    reader: str
    made: str
    expires: str


@dataclass(frozen=True)
class Content:
    """The sealed content: a table of codes, pseudonyms and redacted narratives, terms in words, and the
    fingerprint `mark`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    terms: tuple[str, ...]
    mark: str


def sealed_extract(label: Label, content: Content) -> bytes:
    """Return the file for the label's reader. Raises KeyStoreError for an invalid public key."""
    packed = zlib.compress(_canonical(asdict(content)), 9)
    sealed = seal(parse_public(label.reader), packed, info=INFO, associated=_canonical(asdict(label)))
    return _file(label, sealed)


def read_label(data: bytes) -> Label:
    """Read the label of a file; only opening the file authenticates the label. Raises ExtractError."""
    return _parts(data)[0]


def opened_extract(data: bytes, private: bytes, now: datetime) -> tuple[Label, Content]:
    """Open a file as its reader.

    Raises ExtractError for a file that is no extract, ExtractExpiredError after the expiry, KeyStoreError for
    another reader's or a changed file.
    """
    label, sealed = _parts(data)
    packed = open_sealed(private, sealed, info=INFO, associated=_canonical(asdict(label)))
    if now >= _moment(label.expires):
        raise ExtractExpiredError(
            f"this extract was to be used until {label.expires}", remedy="Ask the member for a new one."
        )
    return label, _content(packed)


def moment_text(moment: datetime) -> str:
    """Return a moment in the form of labels."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(label: Label, sealed: bytes) -> bytes:
    document = {"format": FORMAT, "label": asdict(label), "sealed": base64.b64encode(sealed).decode("ascii")}
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _parts(data: bytes) -> tuple[Label, bytes]:
    try:
        document = json.loads(data.decode("utf-8"))
        label = Label(**document["label"])
        if document["format"] != FORMAT or set(document) != {"format", "label", "sealed"}:
            raise ValueError
        texts = {k: v for k, v in asdict(label).items() if k != "epoch"}
        if not all(isinstance(v, str) for v in texts.values()) or type(label.epoch) is not int:
            raise ValueError
        parse_public(label.reader)
        _moment(label.expires)
        sealed = base64.b64decode(document["sealed"], validate=True)
        if _file(label, sealed) != data:
            raise ValueError
        return label, sealed
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error, KeyStoreError):
        raise ExtractError(
            "this is not an extract, or it is damaged", remedy="Ask for it to be sent again."
        ) from None


def _content(packed: bytes) -> Content:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, MOST_BYTES)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise ValueError
        document = json.loads(body.decode("utf-8"))
        return Content(
            tuple(document["columns"]),
            tuple(map(tuple, document["rows"])),
            tuple(document["terms"]),
            document["mark"],
        )
    except (ValueError, KeyError, TypeError, zlib.error):
        raise ExtractError("what is sealed in it is not an extract") from None


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _canonical(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")
