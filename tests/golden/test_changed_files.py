"""Whatever a stranger makes of a file that an auditor is given, its reader takes it or says what is wrong."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import logs
import pytest
from changed_texts import as_text, changed_bytes, changed_json, tried
from hypothesis import given
from hypothesis import strategies as st
from memory_log import MemoryStorage
from releases import made_release

from audit.errors import AuditError
from audit.formats.canonical import canonical_json
from audit.formats.commitment import commit
from audit.formats.note import Note, Signer
from audit.formats.tiles import Bundle, encode_bundle, parse_bundle
from audit.log.directory import parse_key_lines
from audit.log.follow import Followed
from audit.log.log import Log
from audit.reading.decision_bundle import DecisionBundle
from audit.reading.dossier import Dossier, ProvenEntry
from audit.reading.refused_message import RefusedMessage
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_table import compare
from audit.reading.sidecar import Sidecar
from audit.witness.protocol import AddCheckpoint
from gateway.dictionary import regional
from gateway.errors import SafelaneError
from gateway.export import export
from gateway.export.data_formats import FORMATS, data
from gateway.export.observations import Observations, Selection
from gateway.export.pxweb.px_saved_query import read_number
from gateway.export.pxweb.px_selection import selected, split
from gateway.wire.release import release_text

SMOKE = tried(6)
SIGNED = logs.signed()
CHECKPOINT = Note.parse(SIGNED["checkpoint of 3"])
RELEASE = made_release("country", "outcome", members=("KH", "TH"), bounded=True)
TEXT = release_text(RELEASE).encode()
TABLE = ReleasedTable.parse(TEXT)


def sidecar() -> Sidecar:
    """That of a table, with one entry of a log and its proof."""
    log, storage = Log(Signer.from_seed("region.example/log", bytes(range(32)))), MemoryStorage()
    log.create(storage, now=1)
    log.append(storage, [b"{}"], now=1)
    proven = ProvenEntry(b"{}", log.receipt(storage, 0))
    return Sidecar(Dossier(RELEASE.question_id, (proven,), (log.key,)), TEXT, bytes(32))


OPENINGS = {(3, "decision"): commit("decision", b"{}"), (1, "text"): commit("text", b"member: KH")}
FILES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "a sidecar": (str(sidecar()), lambda text: ReleasedTable.parse(Sidecar.parse(text).release)),
    "a bundle of a decision": (str(DecisionBundle("region/kh/log", 3, OPENINGS)), DecisionBundle.parse),
    "a follower's state": (str(Followed(CHECKPOINT, 5)), Followed.parse),
    "a refused message": (str(RefusedMessage(b"{}", bytes(16), "x")), RefusedMessage.parse),
    "a release": (TEXT.decode(), lambda text: ReleasedTable.parse(text.encode("utf-8", "surrogateescape"))),
}
"""Canonical JSON: changed as text, and as values that are written canonically again."""


@pytest.mark.parametrize("name", FILES)
@given(drawn=st.data())
@SMOKE
def test_a_file_of_json(name: str, drawn: st.DataObject) -> None:
    text, read = FILES[name]
    _read(read, as_text(drawn.draw(changed_bytes([text.encode()]))))
    try:
        changed = canonical_json(drawn.draw(changed_json([json.loads(text)]))).decode()
    except (AuditError, ValueError):  # a number or a text that no JSON holds
        return
    _read(read, changed)


@given(drawn=st.data())
@SMOKE
def test_a_request_to_a_witness_a_bundle_of_entries_and_lines_of_keys(drawn: st.DataObject) -> None:
    request = str(AddCheckpoint(0, (), CHECKPOINT)).encode()
    _read(AddCheckpoint.parse, as_text(drawn.draw(changed_bytes([request]))))
    entries = encode_bundle([b"{}", b'{"type":"asked"}', b""])
    _read(lambda changed: parse_bundle(Bundle(0, 3), changed), drawn.draw(changed_bytes([entries])))
    lines = as_text(drawn.draw(changed_bytes([SIGNED["keys"].encode()])))
    _read(lambda text: parse_key_lines(text, "keys"), lines)


OBSERVED = Observations.of(RELEASE, regional(), Selection.ALL)
SAVED = {
    **{f"table.{form}": export(RELEASE, form, regional()) for form in ("csv", "json", "xlsx")},
    **{f"data.{ending}": data(OBSERVED, ending) for ending in FORMATS},
}


@pytest.mark.parametrize("name", SAVED)
@given(drawn=st.data())
@SMOKE
def test_a_saved_table(name: str, drawn: st.DataObject) -> None:
    made = SAVED[name]
    if name.endswith(".xlsx") and drawn.draw(st.booleans()):
        changed = drawn.draw(changed_parts(made))
    else:
        changed = drawn.draw(changed_bytes([made]))
    _read(lambda content: compare(name, content, TABLE), changed)


def test_a_saved_table_with_an_endless_field_is_refused() -> None:
    """It ended in a trace."""
    with pytest.raises(AuditError, match="longer than any"):
        compare("table.csv", SAVED["table.csv"] + b"x" * 200_000, TABLE)


@st.composite
def changed_parts(draw: st.DrawFn, workbook: bytes) -> bytes:
    """A workbook in which one part is changed and packed again."""
    with ZipFile(BytesIO(workbook)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = draw(changed_bytes([parts[name]]))
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for part, content in parts.items():
            packed.writestr(part, content)
    return out.getvalue()


@given(drawn=st.data())
@SMOKE
def test_a_query_of_pxweb(drawn: st.DataObject) -> None:
    number = b"eyJxdWVyeSI6W10sInRhYmxlIjoiYSJ9"
    _read(read_number, as_text(drawn.draw(changed_bytes([number]))))
    expressions = drawn.draw(changed_bytes([b"top(3),from(2020),[range(2020,2021)],2020*,*,20??"]))
    _read(lambda text: selected("year", ("2020", "2021"), split(text)), as_text(expressions))


def _read(read: Callable[[Any], Any], changed: Any) -> None:
    try:
        read(changed)
    except (AuditError, SafelaneError):
        return
