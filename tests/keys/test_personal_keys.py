"""A person's key: sealed under a passphrase, whole or not there, and nothing in its file can be exchanged."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats.note import Signer
from gateway.keys.ring import KeyRing, read_sealed
from gateway.keys.sealed import SealedKey, SealedKeyError, seal, unseal

PASSPHRASE = "correct horse battery staple"
SEED = sha256(b"a key of this test").digest()


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer.from_seed("example/sok.dara", SEED)


@pytest.fixture(scope="module")
def sealed(signer: Signer) -> SealedKey:
    return seal(signer, PASSPHRASE)


def test_a_key_opens_with_its_passphrase(signer: Signer, sealed: SealedKey) -> None:
    assert unseal(SealedKey.parse(sealed.to_bytes()), PASSPHRASE).secret() == signer.secret()


def test_it_does_not_open_with_another(sealed: SealedKey) -> None:
    with pytest.raises(SealedKeyError, match="passphrase is another one"):
        unseal(sealed, PASSPHRASE + " ")


def test_a_short_passphrase_seals_nothing(signer: Signer) -> None:
    with pytest.raises(SealedKeyError, match="shorter than 12"):
        seal(signer, "short")


def test_the_file_shows_no_secret(signer: Signer, sealed: SealedKey) -> None:
    text = sealed.to_bytes().decode()

    for secret in (SEED, signer.secret().encode(), PASSPHRASE.encode()):
        assert secret.hex() not in text
        assert b64encode(secret).decode().rstrip("=") not in text
    assert signer.secret() not in text
    assert PASSPHRASE not in text


def test_another_public_key_in_the_file_is_found_out(sealed: SealedKey) -> None:
    document = json.loads(sealed.to_bytes())
    document["key"] = str(Signer.generate("example/sok.dara").key)
    forged = SealedKey.parse((json.dumps(document, indent=1) + "\n").encode())

    with pytest.raises(SealedKeyError, match="changed"):
        unseal(forged, PASSPHRASE)


@given(at=st.integers(min_value=0), change=st.integers(1, 255))
@settings(max_examples=60)
def test_what_is_read_is_what_was_written(sealed: SealedKey, at: int, change: int) -> None:
    content = bytearray(sealed.to_bytes())
    content[at % len(content)] ^= change
    try:
        read = SealedKey.parse(bytes(content))
    except SealedKeyError:
        return
    assert read.to_bytes() == bytes(content)


def test_a_ring_never_replaces_a_key(tmp_path: Path, signer: Signer) -> None:
    ring = KeyRing(tmp_path / "people")
    path = ring.add(signer, PASSPHRASE)
    before = path.read_bytes()

    with pytest.raises(SealedKeyError, match="exists already"):
        ring.add(signer, PASSPHRASE + "!")

    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert ring.open(str(signer.key), PASSPHRASE).key == signer.key


def test_a_damaged_or_missing_file_says_what_to_do(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.key"
    damaged.write_bytes(b"{}")
    for path in (damaged, tmp_path / "missing.key"):
        with pytest.raises(SealedKeyError) as refused:
            read_sealed(path)
        assert "restore" in refused.value.remedy
