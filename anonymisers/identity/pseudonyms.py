"""Pseudonyms: keyed, and different for every member, epoch, recipient, purpose and kind of identifier.

    K_dom = HKDF-SHA256(K_epoch, salt = member, info = LP("psn/v1", member, epoch, recipient, purpose, kind))
    p1.<epoch>.<26 digits of the first 16 bytes of HMAC-SHA256(K_dom, LP(canonical value))><check digit>

LP writes each part with its length before it, so that no two lists of parts give the same bytes. The digits
are Crockford's base 32; HKDF is RFC 5869, HMAC RFC 2104. Two recipients cannot join what they receive, and
without the member's key nobody can test a guess.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import IdentifierError
from anonymisers.identity.normalisation import (
    canonical_identifier,
    canonical_identifiers,
    canonical_name,
    canonical_names,
)
from anonymisers.identity.pseudonym_digits import (
    ALPHABET,
    CHECK_MODULUS,
    CHUNK,
    DIGEST_BYTES,
    DIGITS,
    PackedPseudonyms,
    pseudonym_texts,
)
from anonymisers.identity.pseudonym_domain import Domain, domain_key, length_prefix

_HASH_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))

NAME_KINDS = frozenset({"name", "name_local", "name_latin", "parent_name"})
"""Kinds of identifiers whose values are names; all other kinds are numbers or codes."""

_FORM = re.compile(
    rf"p1\.(0|[1-9][0-9]{{0,8}})\.([0-7][{ALPHABET}]{{{DIGITS - 1}}})([{ALPHABET[:CHECK_MODULUS]}])"
)


@dataclass(frozen=True)
class Pseudonym:
    """A parsed pseudonym: its epoch and its 26 digits."""

    epoch: int
    digits: str

    def __str__(self) -> str:
        return f"p1.{self.epoch}.{self.digits}{check_digit(self.digits)}"


def pseudonym(k_epoch: bytes, domain: Domain, value: str) -> str:
    """Return the pseudonym of one value. Raises IdentifierError, KeyStoreError; see `pseudonyms` for a
    column."""
    return pseudonyms(k_epoch, domain, [value])[0]


def pseudonyms(k_epoch: bytes, domain: Domain, values: Sequence[str]) -> list[str]:
    """Return the pseudonyms of a column, in order; a repeated value is computed once.

    Raises IdentifierError, naming the position from 0, for a value with nothing left to identify a person by:
    an empty cell would give all people without a number the same pseudonym. Raises KeyStoreError for a key of
    another length than 32 bytes.
    """
    made = pseudonyms_where_given(k_epoch, domain, values)
    _refuse_empty(made, domain)
    return made


def pseudonym_array(k_epoch: bytes, domain: Domain, values: Sequence[str]) -> NDArray[np.bytes_]:
    """Return the pseudonyms of a column as one array of ASCII: for millions of values. Raises as
    `pseudonyms`, which gives the same texts."""
    return packed_pseudonyms(k_epoch, domain, values).texts()


def packed_pseudonyms(k_epoch: bytes, domain: Domain, values: Sequence[str]) -> PackedPseudonyms:
    """Return the pseudonyms of a column in half the room of their texts. Raises as `pseudonyms`, which gives
    the same pseudonyms."""
    key = domain_key(k_epoch, domain)
    canonical = canonical_values(domain.kind, values)
    _refuse_empty(canonical, domain)
    parts = []
    for start in range(0, len(values), CHUNK):
        some = _digests(key, canonical[start : start + CHUNK])
        parts.append(b"".join([digest[:DIGEST_BYTES] for digest in some]))
    digests = np.frombuffer(b"".join(parts), dtype=f"S{DIGEST_BYTES}")
    return PackedPseudonyms(f"p1.{domain.epoch}.".encode("ascii"), digests)


def _refuse_empty(made: Sequence[str], domain: Domain) -> None:
    if "" in made:
        raise IdentifierError(
            f"value {made.index('')} of kind {domain.kind} is empty once separators are removed",
            remedy="Leave rows without this identifier out, or use another identifier for them.",
        )


def pseudonyms_where_given(k_epoch: bytes, domain: Domain, values: Sequence[str]) -> list[str]:
    """Like `pseudonyms`, but a value with nothing left to identify a person by gives an empty text."""
    key = domain_key(k_epoch, domain)
    distinct = list(dict.fromkeys(values))
    canonical = canonical_values(domain.kind, distinct)
    made = _digests_to_pseudonyms(domain.epoch, _digests(key, canonical))
    if "" in canonical:
        made = [text if value else "" for value, text in zip(canonical, made, strict=True)]
    if len(distinct) == len(values):
        return made
    known = dict(zip(distinct, made, strict=True))
    return [known[value] for value in values]


def canonical_values(kind: str, values: Sequence[str]) -> list[str]:
    """Return the canonical spelling of every value of this kind of identifier."""
    if kind in NAME_KINDS:
        return canonical_names(values)
    return canonical_identifiers(values)


def canonical_value(kind: str, value: str) -> str:
    """Return the canonical spelling of one value of this kind of identifier."""
    return canonical_name(value) if kind in NAME_KINDS else canonical_identifier(value)


def parse(text: str) -> Pseudonym:
    """Read a pseudonym. Raises IdentifierError for anything that `pseudonyms` would not write."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise IdentifierError("this is not a pseudonym of the form p1.<epoch>.<27 digits>")
    epoch, digits, check = form.groups()
    if check_digit(digits) != check:
        raise IdentifierError(
            "the check digit of a pseudonym does not fit", remedy="It was mistyped or cut: copy it again."
        )
    return Pseudonym(int(epoch), digits)


def check_digit(digits: str) -> str:
    """alphabet[sum of (i+1) * index(digit i), modulo 31], i from 0."""
    total = sum((i + 1) * ALPHABET.index(digit) for i, digit in enumerate(digits))
    return ALPHABET[total % CHECK_MODULUS]


def verify(k_epoch: bytes, domain: Domain, value: str, text: str) -> None:
    """Raise IdentifierError unless `text` is the pseudonym of `value`; the comparison takes constant time."""
    parse(text)
    if not hmac.compare_digest(pseudonym(k_epoch, domain, value), text):
        raise IdentifierError(
            "the pseudonym does not belong to this value",
            remedy="Compare within one member, epoch, recipient, purpose and kind of identifier.",
        )


def _digests(key: bytes, canonical: Sequence[str]) -> list[bytes]:
    encoded = _encoded(canonical)
    # HMAC as RFC 2104 defines it, from states that hold the key and the length already: half of the time that
    # hmac.digest takes.
    padded = key.ljust(_HASH_BLOCK, b"\0")
    states = {length: sha256(padded.translate(_INNER)) for length in set(map(len, encoded))}
    for length, state in states.items():
        state.update(length_prefix(length))
    inner = {length: state.copy for length, state in states.items()}
    outer = sha256(padded.translate(_OUTER)).copy
    found = []
    for value in encoded:
        within, around = inner[len(value)](), outer()
        within.update(value)
        around.update(within.digest())
        found.append(around.digest())
    return found


def _encoded(canonical: Sequence[str]) -> list[bytes]:
    try:
        return [value.encode("utf-8") for value in canonical]
    except UnicodeEncodeError:
        # Not chained: the original error quotes the value.
        raise IdentifierError(
            "a value holds half of a surrogate pair, which is not text",
            remedy="Read the source with its right encoding.",
        ) from None


def _digests_to_pseudonyms(epoch: int, digests: Sequence[bytes]) -> list[str]:
    prefix = f"p1.{epoch}.".encode("ascii")
    made = pseudonym_texts(prefix, b"".join(digest[:DIGEST_BYTES] for digest in digests))
    return [text.decode("ascii") for text in made.tolist()]
