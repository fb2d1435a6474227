"""Whose keys a node believes: of states that the regional log has enrolled, and its own only as it is."""

from datetime import UTC, datetime

import pytest

from audit.events.events import MemberEnrolled, MemberRevoked, encode
from audit.formats.note import Signer
from gateway.dictionary import regional
from gateway.member.errors import UnprovenError
from gateway.secure_sum.participants import OwnNode, answer_keys

STATES = regional().members
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def key(member: str, number: int = 0) -> Signer:
    return Signer.from_seed(f"test.example/{member}/answers", bytes([number]) * 32)


def enrolled(member: str, number: int = 0) -> bytes:
    vkey = str(key(member, number).key)
    return encode(MemberEnrolled(member, vkey, vkey, vkey, vkey, NOW))


OWN = OwnNode("KH", key("KH").verifier)


def test_the_log_says_whose_keys_count_and_whose_no_longer() -> None:
    log = [enrolled("KH"), enrolled("LA"), enrolled("TH"), encode(MemberRevoked("TH", "left", NOW))]

    assert answer_keys(log, STATES, OWN) == {"KH": OWN.verifier, "LA": key("LA").verifier}


def test_a_name_that_is_no_state_of_the_region_is_nobody() -> None:
    """A hub can write whatever it likes into its log; members that it makes up would hide nobody's number."""
    assert answer_keys([enrolled("LA"), enrolled("XX")], STATES, OWN).keys() == {"KH", "LA"}


def test_a_node_gives_nothing_where_the_log_has_another_key_for_it() -> None:
    with pytest.raises(UnprovenError, match="another key for this member"):
        answer_keys([enrolled("KH"), enrolled("LA"), enrolled("KH", 1)], STATES, OWN)
