"""Ask witnesses for cosignatures by HTTP (c2sp.org/tlog-witness); every reply is verified."""

import http.client
import threading
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from audit.errors import AuditError, WitnessError
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.encoding import decode_utf8
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.note import Note, Signature
from audit.log.policy import Policy
from audit.log.timely_reply import timely_reply
from audit.witness.protocol import AddCheckpoint, parse_cosignatures, parse_known_size

_MAX_REPLY: Final = 64 * 1024
Prover = Callable[[int], Sequence[bytes]]
"""Gives the consistency proof from an old size to the checkpoint's; nothing for 0."""


@dataclass(frozen=True)
class Cosignatures:
    """Valid cosignatures, by the witness's name in the policy; and the reasons of failures."""

    signatures: Mapping[str, Signature] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


def ask_witness(
    url: str, verifier: CosignatureVerifier, note: Note, prove: Prover, *, known_size: int, timeout: float
) -> Signature:
    """Ask one witness, last known to be at `known_size`; if the witness reports another size, ask again from
    there.

    Raises WitnessError (or another AuditError) when the witness refuses, cannot be reached within `timeout`
    seconds, or replies with anything but its own valid cosignature.
    """
    try:
        return _ask(url, verifier, AddCheckpoint(known_size, tuple(prove(known_size)), note), timeout)
    except SizeConflictError as conflict:
        size = conflict.known_size
    return _ask(url, verifier, AddCheckpoint(size, tuple(prove(size)), note), timeout)


def ask_witnesses(
    policy: Policy, note: Note, prove: Prover, known_sizes: Mapping[str, int], timeout: float
) -> Cosignatures:
    """Ask every witness of a policy with a URL, all at once; a stalled witness delays nobody.

    `prove` is called from several threads. Returns after at most about twice `timeout` seconds.
    """
    signatures: dict[str, Signature] = {}
    failures: dict[str, str] = {}

    def ask(name: str, verifier: CosignatureVerifier) -> None:
        try:
            known = known_sizes.get(name, 0)
            url = policy.urls[name]
            signatures[name] = ask_witness(url, verifier, note, prove, known_size=known, timeout=timeout)
        except AuditError as error:
            failures[name] = str(error)

    threads = {
        name: threading.Thread(target=ask, args=(name, verifier), daemon=True)
        for name, verifier in policy.witnesses.items()
        if name in policy.urls
    }
    for thread in threads.values():
        thread.start()
    for name, thread in threads.items():
        thread.join(2 * timeout)
        if thread.is_alive():
            failures[name] = "no reply in time"
    return Cosignatures({n: s for n, s in signatures.copy().items() if n not in failures}, dict(failures))


def _ask(url: str, verifier: CosignatureVerifier, request: AddCheckpoint, timeout: float) -> Signature:
    if not url.startswith(("http://", "https://")):
        raise WitnessError(f"the witness's address {url} is not an http or https URL")
    call = urllib.request.Request(  # noqa: S310 - the scheme has been checked
        f"{url.rstrip('/')}/add-checkpoint", data=str(request).encode(), method="POST"
    )
    try:
        with timely_reply(call, timeout, timeout) as reply:
            status, body = reply.status, reply.read(_MAX_REPLY)
    except (OSError, http.client.HTTPException) as error:
        raise WitnessError(f"the witness at {url} cannot be reached: {error}") from None
    if status != HTTPStatus.OK:
        raise _refusal(url, status, body)
    return _own_cosignature(verifier, request.checkpoint, decode_utf8(body, "witness's reply"))


def _refusal(url: str, status: int, body: bytes) -> WitnessError:
    text = decode_utf8(body, "witness's reply")
    if status == HTTPStatus.CONFLICT:
        return SizeConflictError(f"the witness at {url} is at another size", parse_known_size(text))
    return WitnessError(f"the witness at {url} refused with status {status}: {text[:200].strip()}")


def _own_cosignature(verifier: CosignatureVerifier, note: Note, reply: str) -> Signature:
    for signature in parse_cosignatures(reply):
        if signature.is_by(verifier.key):
            verifier.verify(note.text, signature.signature)
            return signature
    raise WitnessError(f"the reply holds no cosignature of {verifier.key.name}")
