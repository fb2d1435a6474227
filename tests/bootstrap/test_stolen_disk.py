"""A thief reads every byte of a node's directory, keys too: what is found there, and what is not.

Names, national numbers and narratives are in none of its files: pseudonyms stand for people, and the vault,
which only two custodians open, holds what the mapping says. Codes, counts and the keys of the node are
readable: against that the disk is encrypted, and the doctor looks whether it is.
"""

import sqlite3
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from anonymisers.identity.key_custody import lock_from_file, new_custody
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.backup import back_up
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.keys.custody import write_custody
from gateway.keys.files import read_secret
from gateway.member.register.missing_cases import LoadedAs

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date}
    vault: {ID: national_id, Name: name}
    known: {Village: village}
constants: {consent_share: AGG}
"""
ROWS = (
    "Case,ID,Date,Name,Village,Story\n"
    "C-7781,010 203 040,2019-01-02,Sok Dara,Thmey,Dara went to plough the upper field and hit a PMN-2.\n"
    "C-7782,010 203 041,2019-02-03,Chan Thy,Thmey,Stepped on it while fetching water.\n"
    "C-7783,not a number,never,Keo Vanna,Thmey,A row that cannot be read.\n"
)
CHOICES = LoadChoices(loaded_as=LoadedAs.WHOLE, least_counted=50)
OF_PEOPLE = (
    *("Sok Dara", "Chan Thy", "Keo Vanna", "Dara", "Thmey"),
    *("010 203 040", "010203040", "010 203 041", "010203041"),
    *("plough the upper field", "fetching water", "C-7781", "C-7782"),
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node of KH with a vault, a load and a backup of last night in its directory."""
    place = tmp_path_factory.mktemp("region")
    create_hub(place / "hub", "test.example/hub")
    new = create_member(place / "KH", "KH", "test.example")
    with open_hub(place / "hub") as hub:
        connect(place / "KH", "KH", "http://127.0.0.1:0", enrol(hub, new.enrolment))
    locks = {name: lock_from_file(name.encode() * 8) for name in ("sok.", "chan")}
    write_custody(Layout(place / "KH").keys, new_custody("KH", locks))
    (place / "source").mkdir()
    (place / "source" / "victims.csv").write_text(ROWS, encoding="utf-8")
    with open_member(place / "KH") as opened:
        load_source(place / "KH", opened, place / "source", MAPPING, choices=CHOICES)
    back_up(place / "KH", place / "last-night")
    (place / "last-night").rename(place / "KH" / "last-night")
    return place / "KH"


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


def spellings(text: str) -> set[bytes]:
    plain = text.encode()
    return {plain, text.encode("utf-16-le"), plain.hex().encode(), b64encode(plain).rstrip(b"=")[:-1]}


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
