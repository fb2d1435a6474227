"""A thief reads every byte of a node's directory, keys too: what is found there, and what is not.

Names, national numbers and narratives are in none of its files: pseudonyms stand for people, and the vault,
which only two custodians open, holds what the mapping says. Codes, counts and the keys of the node are
readable: against that the disk is encrypted, and the doctor looks whether it is.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from people_at_rest import OF_PEOPLE, node_with_people, spellings

from gateway.bootstrap.setup.layout import Layout
from gateway.keys.files import read_secret


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return node_with_people(tmp_path_factory.mktemp("region"))


def every_byte(node: Path) -> Iterator[tuple[str, bytes]]:
    """Each file as it is, each value of each database, and whatever can be unpacked of either."""
    for path in sorted(node.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path.name, data
        if data.startswith(b"SQLite format 3"):
            for name, value in values(path):
                yield name, value
                yield from ((name, unpacked) for unpacked in unpackings(value))


def values(path: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
                for value in row:
                    if isinstance(value, bytes | str):
                        yield table, value.encode() if isinstance(value, str) else value


def unpackings(data: bytes) -> Iterator[bytes]:
    """What zlib makes of the bytes, from wherever its header may stand."""
    for start in range(len(data)):
        if data[start : start + 2] in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b"):
            try:
                yield zlib.decompressobj(wbits=47).decompress(data[start:])
            except zlib.error:
                continue


def test_no_name_no_number_and_no_narrative_is_found(node: Path) -> None:
    wanted = {spelling: text for text in OF_PEOPLE for spelling in spellings(text) if len(spelling) > 5}

    found = {(text, name) for name, data in every_byte(node) for part, text in wanted.items() if part in data}

    assert found == set()


def test_the_search_finds_what_is_there(node: Path) -> None:
    """Codes, dates and keys of the node: why the disk has to be encrypted."""
    secret = read_secret(Layout(node).keys / "person.key").encode()
    seen = {name for name, data in every_byte(node) if secret in data or b"2019-01" in data}

    assert "person.key" in seen
    assert seen - {"person.key"}, "dates of accidents"
