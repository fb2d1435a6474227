"""A proof that an applicant has the secret half of each key that it names, bound to member and region.

The signature of the call proves the key for calls. The other keys sign a statement in the form of a
checkpoint, since a witness key signs nothing else: the origin names region and member, the hash is over all
keys.
"""

import hashlib
from collections.abc import Sequence

from audit.errors import SignatureError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, Cosigner
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from gateway.wire.enrolment import Enrolment


def proof_of_possession(
    region: str, enrolment: Enrolment, signers: Sequence[Signer], cosigner: Cosigner, at: int
) -> str:
    """The statement, signed by the keys for answers and for the log, and cosigned by the witness key.

    `region`: the origin of the regional log; `at`: seconds since the epoch.
    """
    statement = _statement(region, enrolment)
    note = sign(str(statement), *signers)
    return str(Note(note.text, (*note.signatures, cosigner.cosign(statement, at))))


def check_possession(proof: str, region: str, enrolment: Enrolment) -> None:
    """Raise AuditError unless the keys for answers, log and witness have all signed the statement."""
    note = Note.parse(proof)
    if note.text != str(_statement(region, enrolment)):
        raise SignatureError("the proof is of another member, of other keys or for another region")
    verifiers = (
        Verifier.parse(enrolment.answer_key),
        Verifier.parse(enrolment.log_key),
        CosignatureVerifier.parse(enrolment.witness_key),
    )
    signed = open_note(note, verifiers)
    if missing := [v.key.name for v in verifiers if v.key not in signed]:
        raise SignatureError(f"the proof is not signed by {', '.join(missing)}")


def _statement(region: str, enrolment: Enrolment) -> Checkpoint:
    parts = (region, enrolment.member, *enrolment.keys)
    data = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    digest = hashlib.sha256(b"safelane proof of possession 1\n" + data).digest()
    return Checkpoint(f"{region}/enrolment/{enrolment.member}", 1, digest)
