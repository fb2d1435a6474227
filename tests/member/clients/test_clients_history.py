"""The stored form of cubes of clients, beside that of casualties."""

import pytest

from anonymisers.errors import CertificateError
from gateway.member.cube.clients_history import BESIDE, ClientsHistory, beside, casualties_of, clients_of


def test_without_clients_the_cube_of_casualties_is_stored_as_it_is() -> None:
    assert beside(b"casualties", None) == b"casualties"
    assert casualties_of(b"casualties") == b"casualties"
    assert clients_of(b"casualties") is None


def test_both_cubes_are_found_again() -> None:
    stored = beside(b"casual\nties", b"clients\n")

    assert casualties_of(stored) == b"casual\nties"
    assert clients_of(stored) == b"clients\n"


def test_a_stored_form_that_was_cut_off_is_refused() -> None:
    stored = beside(b"casualties", b"c")
    for end in range(len(BESIDE), len(stored)):
        with pytest.raises(CertificateError):
            clients_of(stored[:end])


def test_a_changed_byte_is_found() -> None:
    data = ClientsHistory().to_bytes()
    assert dict(ClientsHistory.from_bytes(data).years) == {}
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(CertificateError):
            ClientsHistory.from_bytes(bytes(changed))
