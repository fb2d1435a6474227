"""Trust policies: which logs are believed, and which witnesses must have cosigned."""

from dataclasses import replace
from typing import Any

import pytest

from audit.errors import MalformedError, QuorumError, SignatureError
from audit.formats import note
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Note, Signature, Signer
from audit.log.policy import Policy

LOG = Signer.from_seed("log.example/hub", bytes(range(32)))
NAMES = ("X1", "X2", "X3", "Y1", "Y2")
WITNESSES = {n: Cosigner.from_seed(f"{n.lower()}.example", bytes([i]) * 32) for i, n in enumerate(NAMES, 1)}
CHECKPOINT = Checkpoint(LOG.key.name, 1, bytes(32))

FILE = f"""# who must have seen a checkpoint
log {LOG.key} https://log.example/hub
\twitness  X1 {WITNESSES["X1"].key} https://x1.example
witness X2 {WITNESSES["X2"].key}
witness X3 {WITNESSES["X3"].key}

witness Y1 {WITNESSES["Y1"].key}
witness Y2 {WITNESSES["Y2"].key}
group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def cosigned_by(*names: str) -> Note:
    signed = note.sign(str(CHECKPOINT), LOG)
    return signed.with_signatures([WITNESSES[name].cosign(CHECKPOINT, 1) for name in names])


@pytest.mark.parametrize("names", [("X1", "X2", "Y1"), ("X2", "X3", "Y2"), NAMES])
def test_a_quorum_of_groups_is_reached(names: tuple[str, ...]) -> None:
    verified = Policy.parse(FILE.encode()).verify(cosigned_by(*names))
    assert verified.witnesses == set(names)
    assert verified.checkpoint == CHECKPOINT


@pytest.mark.parametrize("names", [(), ("X1", "Y1"), ("X1", "X2", "X3"), ("Y1", "Y2", "X1")])
def test_a_quorum_of_groups_is_missed(names: tuple[str, ...]) -> None:
    with pytest.raises(QuorumError):
        Policy.parse(FILE.encode()).verify(cosigned_by(*names))


def test_urls_are_read(vectors: dict[str, Any]) -> None:
    assert Policy.parse(FILE.encode()).urls == {
        "log.example/hub": "https://log.example/hub",
        "X1": "https://x1.example",
    }


def test_a_witness_that_cosigns_twice_counts_once() -> None:
    policy = Policy.of(LOG.verifier, [WITNESSES["X1"].verifier, WITNESSES["X2"].verifier], quorum=2)
    twice = cosigned_by("X1").with_signatures([WITNESSES["X1"].cosign(CHECKPOINT, 2)])
    with pytest.raises(QuorumError):
        policy.verify(twice)


def test_a_wrong_cosignature_of_a_known_witness_is_refused_even_above_the_quorum() -> None:
    forged = Signature(WITNESSES["X3"].key.name, WITNESSES["X3"].key.key_id, bytes(72))
    with pytest.raises(SignatureError):
        Policy.parse(FILE.encode()).verify(cosigned_by("X1", "X2", "Y1").with_signatures([forged]))


def test_cosignatures_of_strangers_do_not_count() -> None:
    stranger = Cosigner.generate("x3.example")
    with pytest.raises(QuorumError):
        Policy.parse(FILE.encode()).verify(
            cosigned_by("X1", "Y1").with_signatures([stranger.cosign(CHECKPOINT, 1)])
        )


def test_witnesses_do_not_replace_the_log() -> None:
    only_witnesses = Note(str(CHECKPOINT), cosigned_by("X1", "X2", "Y1").signatures[1:])
    with pytest.raises(SignatureError):
        Policy.parse(FILE.encode()).verify(only_witnesses)


def test_no_quorum_and_a_single_witness() -> None:
    Policy.parse(f"log {LOG.key}\nquorum none\n".encode()).verify(cosigned_by())
    one = Policy.parse(f"log {LOG.key}\nwitness X1 {WITNESSES['X1'].key}\nquorum X1\n".encode())
    one.verify(cosigned_by("X1"))
    with pytest.raises(QuorumError):
        one.verify(cosigned_by("X2"))


@pytest.mark.parametrize("quorum", [-1, 2])
def test_a_quorum_that_can_never_be_reached_is_refused(quorum: int) -> None:
    with pytest.raises(MalformedError):
        Policy.of(LOG.verifier, [WITNESSES["X1"].verifier], quorum)


WITNESS_LINE = f"witness X1 {WITNESSES['X1'].key}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("log\nquorum none\n", 1),
        ("log not-a-key\nquorum none\n", 1),
        (f"log {WITNESSES['X1'].key}\nquorum none\n", 1),
        (f"log {LOG.key}\nlog {LOG.key}\nquorum none\n", 2),
        (f"log {LOG.key} url more\nquorum none\n", 1),
        (f"witness X1 {LOG.key}\nquorum none\n", 1),
        (f"witness none {WITNESSES['X1'].key}\nquorum none\n", 1),
        (f"{WITNESS_LINE}witness X2 {WITNESSES['X1'].key}\nquorum none\n", 2),
        (f"{WITNESS_LINE}witness X1 {WITNESSES['X2'].key}\nquorum none\n", 2),
        (f"{WITNESS_LINE}group G 1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G 2 X1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G 0 X1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G 01 X1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G some X1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G any X1 X1\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G any X1\ngroup H any X1\nquorum G\n", 3),
        (f"{WITNESS_LINE}group G any G\nquorum G\n", 2),
        (f"{WITNESS_LINE}group G any none\nquorum G\n", 2),
        (f"group G any X1\n{WITNESS_LINE}quorum G\n", 1),
        ("quorum X1\n", 1),
        ("quorum none\nquorum none\n", 2),
        ("quorum none none\n", 1),
        ("quorum none\nelse\n", 2),
    ],
)
def test_a_bad_line_is_named(text: str, line: int) -> None:
    with pytest.raises(MalformedError, match=f"line {line}:"):
        Policy.parse(text.encode())


@pytest.mark.parametrize(
    "data", [b"", b"# nothing\n", b"quorum none", b"quorum none\r\n", b"quorum\0none\n", b"\x7f\n"]
)
def test_a_bad_file_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Policy.parse(data)


def test_octets_above_ascii_are_opaque() -> None:
    """A Kelvin sign is not the letter K, and bytes that are no UTF-8 still are a name."""
    key = str(WITNESSES["X1"].key).encode()
    policy = Policy.parse(b"# \xff\nwitness \xe2\x84\xaa " + key + b"\nquorum \xe2\x84\xaa\n")
    assert policy.quorum == "\u212a"
    Policy.parse(b"witness \xff " + key + b"\nquorum \xff\n")
    with pytest.raises(MalformedError):
        Policy.parse(b"witness \xe2\x84\xaa " + key + b"\nquorum K\n")


def test_two_witnesses_of_one_name_are_one() -> None:
    """Else whoever names a key of its own like a trusted witness would add to the quorum."""
    first, second = (Cosigner.generate("one.example") for _ in range(2))
    with pytest.raises(MalformedError, match="a quorum of 2 of 1 witnesses"):
        Policy.of(LOG.verifier, [first.verifier, second.verifier], quorum=2)
    policy = Policy.of(LOG.verifier, [first.verifier, second.verifier], quorum=1)

    with pytest.raises(QuorumError):
        policy.verify(cosigned_by().with_signatures([second.cosign(CHECKPOINT, 1)]))
    policy.verify(cosigned_by().with_signatures([first.cosign(CHECKPOINT, 1)]))


@pytest.mark.parametrize(("at", "counts"), [(1, False), (1_700_000_000, True), (2**40 - 1, False)])
def test_a_cosignature_of_1970_or_of_the_year_36812_counts_only_where_no_time_is_asked(
    at: int, counts: bool
) -> None:
    witness = WITNESSES["X1"]
    policy = Policy.of(LOG.verifier, [witness.verifier], quorum=1)
    note = cosigned_by().with_signatures([witness.cosign(CHECKPOINT, at)])
    bounded = replace(policy, cosigned_since=1_600_000_000, cosigned_until=1_800_000_000)

    assert policy.verify(note).times == {witness.key.name: at}
    if counts:
        bounded.verify(note)
    else:
        with pytest.raises(QuorumError, match="at a time that does not count"):
            bounded.verify(note)
