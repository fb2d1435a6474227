"""Secrets in files: written whole, read by their owner only, and never shown."""

from pathlib import Path

import pytest

from gateway.keys.files import (
    KeyFileError,
    new_key,
    new_signer,
    read_key,
    read_secret,
    read_signer,
    write_secret,
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    key = new_key(tmp_path / "cube.key")
    signer = new_signer(tmp_path / "log.key", "example/log")

    assert read_key(tmp_path / "cube.key") == key
    assert read_signer(tmp_path / "log.key").key == signer.key


def test_a_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    new_key(tmp_path / "keys" / "cube.key")

    assert (tmp_path / "keys" / "cube.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    key = new_key(tmp_path / "cube.key")

    with pytest.raises(KeyFileError, match="exists already"):
        new_key(tmp_path / "cube.key")

    assert read_key(tmp_path / "cube.key") == key
    assert [p.name for p in tmp_path.iterdir()] == ["cube.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    new_key(tmp_path / "cube.key")
    (tmp_path / "cube.key").chmod(0o644)

    with pytest.raises(KeyFileError, match="read by others"):
        read_key(tmp_path / "cube.key")


@pytest.mark.parametrize("content", ["", "xyz", "00" * 31, "00" * 33, "é"])
def test_a_damaged_key_is_refused_without_showing_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cube.key"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyFileError) as refused:
        read_key(path)

    assert not content or content not in refused.value.message + refused.value.remedy


def test_a_damaged_signing_key_is_refused(tmp_path: Path) -> None:
    signer = new_signer(tmp_path / "log.key", "example/log")
    write_secret(tmp_path / "other.key", signer.secret().replace("example", "elsewhere"))

    with pytest.raises(KeyFileError, match="damaged"):
        read_signer(tmp_path / "other.key")


def test_a_missing_key_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"log\.key"):
        read_secret(tmp_path / "log.key")
