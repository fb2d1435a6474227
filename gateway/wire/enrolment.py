"""How a member becomes part of a region: an invitation, the member's keys, a fingerprint compared by voice.

The invitation reaches the member by any channel at hand. An invitation holds the hub's keys and a secret that
is good for one application. An attacker who could read and change everything on the way could impersonate
either side; so both sides derive one fingerprint of all keys, and compare the fingerprint by voice before any
key is valid.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from audit.errors import AuditError, MalformedError
from audit.formats.canonical import parse_json_object
from audit.formats.encoding import utf8
from audit.formats.vkey import COSIGNATURE_V1, WITNESS_KEY_TYPES, VerifierKey
from gateway.errors import SafelaneError

FORMAT = "safelane-invitation/1"

GROUPS, GROUP_DIGITS = 5, 5
_DIGITS = GROUPS * GROUP_DIGITS

# Somebody in between may try keys on both sides until two fingerprints meet, which takes the square root of
# all fingerprints: 2^41 tries of 25 digits, each at the cost of one scrypt (RFC 7914), 16 MiB and 50 ms.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 16}


class InvitationError(SafelaneError):
    """A text that is no invitation, or an invitation damaged on its way."""

    exit_code = 4


class FingerprintError(SafelaneError):
    """The two sides do not see the same keys."""

    exit_code = 10


@dataclass(frozen=True)
class Enrolment:
    """A member as the hub knows the member: its verifier keys, given at enrolment and compared by voice.

    `answer_key` verifies answers, `log_key` the member's own log, `witness_key` its cosignatures, `call_key`
    its calls. Each key is a vkey of C2SP signed-note.
    """

    member: str
    answer_key: str
    log_key: str
    witness_key: str
    call_key: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    @property
    def keys(self) -> tuple[str, str, str, str]:
        return (self.answer_key, self.log_key, self.witness_key, self.call_key)


@dataclass(frozen=True)
class HubKeys:
    """The hub as a member knows the hub: `log_key` verifies the regional log, `call_key` the hub's
    replies. `authority`: the certificate, in PEM, of the hub's own authority for TLS; empty where the hub's
    certificate is of an authority that everybody trusts.
    """

    log_key: str
    call_key: str
    authority: str = ""


@dataclass(frozen=True)
class Invitation:
    """Good for one application of `member`, up to `until`. `secret` must stay secret.

    `witness_key_type`: of the key that the member makes to cosign the regional log. An invitation that does
    not say so is of a hub that takes Ed25519 alone.
    """

    member: str
    hub_url: str
    hub: HubKeys
    secret: str
    until: datetime
    witness_key_type: int = COSIGNATURE_V1

    def __repr__(self) -> str:
        return f"Invitation({self.member}, {self.hub_url})"

    def text(self) -> str:
        """The document to hand over; `parse_invitation` reads the document."""
        body = {
            "format": FORMAT,
            "member": self.member,
            "hub_url": self.hub_url,
            "hub_log_key": self.hub.log_key,
            "hub_call_key": self.hub.call_key,
            "until": self.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "secret": self.secret,
        }
        if self.hub.authority:
            body[_AUTHORITY] = self.hub.authority
        if self.witness_key_type != COSIGNATURE_V1:
            body[_TYPE] = next(n for n, kind in WITNESS_KEY_TYPES.items() if kind == self.witness_key_type)
        return json.dumps(body, indent=2) + "\n"


_FIELDS = ("format", "member", "hub_url", "hub_log_key", "hub_call_key", "until", "secret")
_TYPE = "witness_key_type"
_AUTHORITY = "authority"


def parse_invitation(text: str) -> Invitation:
    """Raises InvitationError; the message repeats nothing of the text."""
    try:
        body = parse_json_object(utf8(text, "invitation"), "invitation")
    except MalformedError:
        raise _no_invitation() from None
    witness_key_type = WITNESS_KEY_TYPES.get(str(body.pop(_TYPE, "ed25519")))
    authority = body.pop(_AUTHORITY, "")
    if set(body) != set(_FIELDS) or body["format"] != FORMAT or witness_key_type is None:
        raise _no_invitation()
    if not all(isinstance(value, str) for value in (*body.values(), authority)):
        raise _no_invitation()
    try:
        for key in ("hub_log_key", "hub_call_key"):
            VerifierKey.parse(body[key])
        until = datetime.strptime(body["until"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (AuditError, ValueError):
        raise _no_invitation() from None
    if not body["hub_url"].startswith(("https://", "http://")):
        raise _no_invitation()
    return Invitation(
        member=body["member"],
        hub_url=body["hub_url"],
        hub=HubKeys(body["hub_log_key"], body["hub_call_key"], authority),
        secret=body["secret"],
        until=until,
        witness_key_type=witness_key_type,
    )


def enrolment_from_json(body: dict[str, Any]) -> Enrolment:
    """Read the keys of an application. Raises AuditError for a malformed key."""
    enrolment = Enrolment(**body)
    for key in enrolment.keys:
        VerifierKey.parse(key)
    return enrolment


def fingerprint(hub: HubKeys, enrolment: Enrolment) -> str:
    """Five groups of five digits over every key of both sides, and over the hub's own authority for TLS.

    Takes some 50 ms, on purpose.
    """
    parts = (enrolment.member, hub.log_key, hub.call_key, *enrolment.keys)
    authority = (hub.authority,) if hub.authority else ()
    return _digits_of((*parts, *authority), b"safelane enrolment fingerprint")


def hub_fingerprint(region: str, call_key: str) -> str:
    """The fingerprint of the key of the hub's replies alone, for members who know the hub already."""
    return _digits_of((region, call_key), b"safelane hub fingerprint")


def _digits_of(parts: tuple[str, ...], salt: bytes) -> str:
    data = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    digest = hashlib.scrypt(data, salt=salt, **_SCRYPT)
    digits = f"{int.from_bytes(digest, 'big') % 10**_DIGITS:0{_DIGITS}d}"
    return " ".join(digits[start : start + GROUP_DIGITS] for start in range(0, _DIGITS, GROUP_DIGITS))


def check_fingerprint(typed: str, computed: str) -> None:
    """Raise FingerprintError unless both fingerprints agree; spaces and dashes between digits do not
    count.
    """
    if "".join(c for c in typed if c not in " -\t") != computed.replace(" ", ""):
        raise FingerprintError(
            "The fingerprint is another one: somebody may stand in between, or a digit was misheard.",
            remedy="Nothing was changed. Read it out once more; if it still differs, invite anew.",
        )


def secret_hash(secret: str) -> str:
    """How an invitation's secret is stored. No guessing reaches 256 random bits: a plain hash suffices."""
    return hashlib.sha256(b"safelane invitation\n" + secret.encode()).hexdigest()


def _no_invitation() -> InvitationError:
    return InvitationError(
        "This is no invitation to a region, or it was damaged on its way.",
        remedy="Save the invitation as it was sent, whole, in a file of its own.",
    )
