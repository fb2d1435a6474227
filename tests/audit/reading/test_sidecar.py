"""A saved table and its sidecar: what was released opens, and nothing that was changed passes."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from memory_log import MemoryStorage
from releases import made_release

from audit.commands.command_line import main
from audit.errors import AuditError, CommitmentError, MalformedError, SignatureError, TableError
from audit.events.event_values import CoarseShare, CoarseSize, EntryRef, Filter, MemberOutcome, Outcome
from audit.events.events import encode
from audit.events.question_events import Answered, Asked, Released
from audit.formats.checkpoint import Checkpoint
from audit.formats.commitment import commit
from audit.formats.cosignature import Cosigner
from audit.formats.merkle import leaf_hash
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import export as export_log
from audit.log.log import Log
from audit.log.policy import Policy
from audit.reading.dossier import Dossier, ProvenEntry
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_table import compare
from audit.reading.sidecar import Sidecar
from gateway.dictionary import regional
from gateway.export import export
from gateway.export.data_formats import data
from gateway.export.observations import Observations, Selection
from gateway.wire.answer import Refusal
from gateway.wire.cells import Status
from gateway.wire.release import Release, release_text

WITNESS = Cosigner.from_seed("witness.example", bytes(range(32, 64)))
AT = datetime(2026, 1, 2, tzinfo=UTC)
MEMBER = Log(Signer.from_seed("region.example/kh/log", bytes(32)))
RELEASES = {
    "one level": made_release("country", members=("KH", "TH")),
    "two levels": made_release("country", "outcome", members=("KH", "TH"), bounded=True),
    "odd codes": made_release("country", "band_va", "outcome", members=("KH",), refusals={"VN": None}),
    "one number": made_release(members=("KH", "TH")),
    "refused": made_release("outcome", members=("KH",), refusals={"VN": Refusal.NOT_SHARED}),
}


def table_of(release: Release) -> ReleasedTable:
    return ReleasedTable.parse(release_text(release).encode())


def observed(release: Release, ending: str, selection: Selection, *, labelled: bool = False) -> bytes:
    return data(Observations.of(release, regional(), selection), ending, labelled=labelled)


@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_every_format_that_safelane_saves_is_the_release(release: Release) -> None:
    table = table_of(release)
    for form in ("csv", "json", "xlsx"):
        compared = compare(f"table.{form}", export(release, form, regional()), table)
        assert (compared.cells, compared.picture) == (len(release.cells), False)
    for ending in ("csv", "jsonstat", "sdmx.csv", *(["sdmx.json"] if release.axes else [])):
        for selection in (Selection.INNER, Selection.ALL):
            made = observed(release, ending, selection)
            compared = compare(f"data.{ending}", made, table)
            assert compared.cells == sum(selection.has(cell.key) for cell in release.cells)
    labelled = compare("data.csv", observed(release, "csv", Selection.ALL, labelled=True), table)
    assert ("labels" in labelled.unchecked) == bool(release.axes)


def test_a_picture_is_said_to_be_compared_with_nothing() -> None:
    compared = compare("table.svg", b"<svg/>", table_of(RELEASES["one level"]))
    assert (compared.cells, compared.picture) == (0, True)


def swapped(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return change


def number_of(release: Release, *key: str) -> str:
    return str(next(cell.value for cell in release.cells if cell.key == key))


TWO = RELEASES["two levels"]
_ONE = RELEASES["one level"]
RANGED = replace(
    _ONE,
    cells=tuple(
        replace(cell, status=Status.WITHHELD, value=None, at_least=20, at_most=90) for cell in _ONE.cells
    ),
)
KILLED = number_of(TWO, "KH", "K")


@pytest.mark.parametrize(
    ("ending", "change"),
    [
        ("csv", swapped(f"KH,K,value,{KILLED}", f"KH,K,value,{KILLED}1")),
        ("csv", swapped("KH,K,value", "KH,K,withheld")),
        ("csv", swapped("KH,K,", "LA,K,")),
        ("csv", lambda content: content.replace(b"KH,K,", b"KH,I,", 1)),
        ("csv", lambda content: b"".join(content.splitlines(keepends=True)[:-1])),
        ("csv", lambda content: content + content.splitlines(keepends=True)[-1]),
        ("csv", swapped("country,outcome", "country,sex")),
        ("csv", lambda _: b""),
        ("csv", lambda content: content + b"KH\n"),
        ("json", swapped(f'"value": {KILLED}', f'"value": {KILLED}1')),
        ("json", swapped('"answered": true', '"answered": false')),
        ("json", lambda _: b"{}"),
        ("jsonstat", swapped(f'"value":[{KILLED}', f'"value":[{KILLED}1')),
        ("jsonstat", swapped(f"{KILLED},null,null,0", f"{KILLED},null,null,3")),
        ("sdmx.csv", swapped(f"KH,K,{KILLED},A,F", f"KH,K,{KILLED},Q,N")),
        ("sdmx.json", swapped(f"[{KILLED},0,0]", f"[{KILLED}1,0,0]")),
        ("sdmx.json", swapped(f"[{KILLED},0,0]", f"[{KILLED},1,1]")),
        ("sdmx.json", swapped(f"[{KILLED},0,0]", f"[{KILLED},-1,0]")),
        ("sdmx.json", swapped('"id":"COUNTRY"', '"id":"SEX"')),
        ("sdmx.json", swapped('"dataSets":[{', '"dataSets":[{},{')),
        ("sdmx.json", swapped(f"[{KILLED},0,0]", f"[{KILLED},0,0,null,null,null,null,null,null]")),
    ],
)
def test_a_changed_file_is_found_out(ending: str, change: Callable[[bytes], bytes]) -> None:
    made = (
        export(TWO, ending, regional()) if ending in ("csv", "json") else observed(TWO, ending, Selection.ALL)
    )

    with pytest.raises((TableError, MalformedError)):
        compare(f"table.{ending}", change(made), table_of(TWO))


@pytest.mark.parametrize(
    ("least", "most", "passes"),
    [("20", "90", True), ("30", "80", True), ("", "", False), ("19", "90", False), ("20", "91", False),
     ("20", "x", False)],
)  # fmt: skip
def test_a_range_may_be_narrower_than_the_released_one_and_never_wider(
    least: str, most: str, passes: bool
) -> None:
    table = table_of(RANGED)
    row = f"Total,withheld,withheld,{least},{most},,,,"
    content = export(RANGED, "csv", regional()).decode()
    assert "Total,withheld,withheld,20,90,,,," in content
    changed = content.replace("Total,withheld,withheld,20,90,,,,", row).encode()

    if passes:
        assert ("ranges" in " ".join(compare("t.csv", changed, table).unchecked)) == (least != "20")
    else:
        with pytest.raises(TableError, match="range"):
            compare("t.csv", changed, table)


def in_workbook(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"])
@pytest.mark.parametrize(
    "change",
    [
        swapped(f"<v>{KILLED}</v>", f"<v>{KILLED}1</v>"),
        swapped(f"<v>{KILLED}</v>", f"<f>1+1</f><v>{KILLED}</v>"),
        swapped("<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
        lambda _: b"<",
    ],
)
def test_both_sheets_of_a_workbook_are_compared(part: str, change: Callable[[bytes], bytes]) -> None:
    made = export(TWO, "xlsx", regional())

    with pytest.raises((TableError, MalformedError)):
        compare("t.xlsx", in_workbook(made, part, change), table_of(TWO))


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no workbook"])
def test_what_is_no_workbook_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(MalformedError, match="workbook"):
        compare("t.xlsx", content, table_of(TWO))


def outcome_of(member: str, entry: EntryRef | None) -> MemberOutcome:
    covered = next(each for each in TWO.coverage if each.member == member)
    return MemberOutcome(member, Outcome.ANSWERED, covered.policy, covered.snapshot, (), entry)


def answered(question: EntryRef, asked: Asked) -> Answered:
    covered = TWO.coverage[0]
    taken = {name: getattr(asked, name) for name in ("actor", "organisation", "role", "purpose", "measure")}
    return Answered(
        **taken, question_id=TWO.question_id, member="KH", asked=question, by=asked.by, where=asked.where,
        late_until=AT, dictionary="1", software="1", policy_version=str(covered.policy),
        snapshot=str(covered.snapshot), cube=0, decision=commit("decision", b"").commitment,
        answer=commit("answer", b"").commitment, size=CoarseSize.FEW, withheld=CoarseShare.FEW, at=AT,
    )  # fmt: skip


class Asking:
    """A question in two logs, and what a hub could make of it."""

    def __init__(
        self, log: Log, storage: MemoryStorage, asks: Any = None, answers: Any = None, **changes: Any
    ) -> None:
        self.log, self.storage = log, storage
        where = tuple(Filter(level, tuple(codes)) for level, codes in TWO.question["where"].items())
        self.asked = Asked(
            question_id=TWO.question_id, actor=commit("actor", b"ana").commitment, organisation="ARMAC",
            role="analyst", held=("regional-reporting",), purpose=TWO.question["purpose"],
            measure=TWO.question["measure"], by=tuple(TWO.question["by"]), where=where, dictionary="1",
            members=("KH", "TH"), asked_at=AT, deadline=AT, late_until=AT,
        )  # fmt: skip
        self.asked = replace(self.asked, **asks or {})
        first = self._append(log, storage, self.asked)
        members = MemoryStorage(MEMBER.origin)
        MEMBER.create(members, now=1)
        self.member = self._append(
            MEMBER, members, replace(answered(self._reference(first), self.asked), **answers or {})
        )
        opening = commit("result", release_text(TWO).encode())
        outcomes = (outcome_of("KH", self._reference(self.member)), outcome_of("TH", None))
        fields = {"asked_index": first.receipt.index, "outcomes": outcomes, "result": opening.commitment}
        event = Released(
            question_id=TWO.question_id, size=CoarseSize.FEW, withheld=CoarseShare.FEW, at=AT,
            **{**fields, **changes},
        )  # fmt: skip
        last = self._append(log, storage, event)
        keys = (log.key, MEMBER.key)
        dossier = Dossier(TWO.question_id, (first, last, self.member), keys)
        self.sidecar = Sidecar(dossier, release_text(TWO).encode(), opening.salt)

    @staticmethod
    def _append(log: Log, storage: MemoryStorage, event: Any) -> ProvenEntry:
        (index,) = log.append(storage, [encode(event)], now=2)
        return ProvenEntry(encode(event), log.receipt(storage, index))

    @staticmethod
    def _reference(proven: ProvenEntry) -> EntryRef:
        return EntryRef(proven.origin, proven.receipt.index, leaf_hash(proven.entry))


@pytest.fixture
def asking(log: Log, storage: MemoryStorage) -> Asking:
    return Asking(log, storage)


def policy(*keys: VerifierKey) -> Policy:
    return Policy(tuple(map(Verifier, keys)))


def test_a_sidecar_proves_the_release_and_what_members_said(asking: Asking) -> None:
    again = Sidecar.parse(str(asking.sidecar))
    proven = again.verify(policy(asking.log.key, MEMBER.key))

    assert again == asking.sidecar
    assert proven.table.cells["KH", "K"].value == int(KILLED)
    assert [(each.outcome.member, each.proven is not None, each.key_known) for each in proven.members] == [
        ("KH", True, True), ("TH", False, False),
    ]  # fmt: skip
    (first, *_) = again.verify(policy(asking.log.key)).members
    assert (first.proven is not None, first.key_known) == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"asked_index": 7},
        {"outcomes": (outcome_of("KH", None),)},
        {"asks": {"purpose": "research"}},
        {"asks": {"by": ("country",)}},
        {"answers": {"policy_version": "9"}},
        {"answers": {"member": "TH"}},
        {"outcomes": (outcome_of("KH", None), replace(outcome_of("TH", None), outcome=Outcome.MISSING))},
        {"outcomes": (outcome_of("KH", None), replace(outcome_of("TH", None), policy_version="9"))},
    ],
)
def test_a_release_that_contradicts_its_entries_is_refused(
    log: Log, storage: MemoryStorage, changes: dict[str, Any]
) -> None:
    with pytest.raises(TableError):
        Asking(log, storage, **changes).sidecar.verify(policy(log.key))


def test_no_other_table_and_no_other_log_opens(asking: Asking) -> None:
    known, sidecar = policy(asking.log.key), asking.sidecar
    forged = release_text(TWO).replace(f'"value":{KILLED}', f'"value":{KILLED}1', 1).encode()
    stranger = Signer.from_seed("log.example/hub", bytes(32)).key

    with pytest.raises(CommitmentError):
        replace(sidecar, release=forged).verify(known)
    with pytest.raises(CommitmentError):
        replace(sidecar, salt=bytes(32)).verify(known)
    with pytest.raises(SignatureError):
        sidecar.verify(policy(stranger))
    without = replace(sidecar.dossier, entries=sidecar.dossier.entries[1:])
    with pytest.raises(TableError, match="0 entries asked"):
        replace(sidecar, dossier=without).verify(known)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"dossier":{},"format":"safelane/table-sidecar@v1","release":{},"salt":"00"}']
)
def test_what_is_no_sidecar_is_refused(text: str) -> None:
    with pytest.raises(AuditError):
        Sidecar.parse(text)


def test_the_command_opens_a_table_and_refuses_a_changed_one(
    asking: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, key = tmp_path / "t.csv", str(asking.log.key)
    table.write_bytes(export(TWO, "csv", regional()))
    (tmp_path / "t.csv.sidecar.json").write_text(str(asking.sidecar), "utf-8")
    export_log(asking.log, asking.storage, tmp_path / "log")

    assert main(["open", str(table), "--vkey", key, "--log", str(tmp_path / "log")]) == 0
    said = capsys.readouterr().out
    assert "12 cells are those of the release" in said
    assert "KH answered: entry 0 of region.example/kh/log says so, by a key that the sidecar names" in said

    assert main(["open", str(table)]) == 0
    assert "not verified" in capsys.readouterr().out

    witnessed = tmp_path / "policy"
    witnessed.write_text(Policy.text(key, {"w": str(WITNESS.key)}, 1), "utf-8")
    assert main(["open", str(table), "--policy", str(witnessed)]) == 1
    assert "not witnessed yet" in capsys.readouterr().err
    head = Checkpoint.parse(asking.log.checkpoint(asking.storage).text)
    asking.storage.add_cosignatures(head.size, [WITNESS.cosign(head, 1_700_000_000)])
    export_log(asking.log, asking.storage, tmp_path / "later", [WITNESS.key])
    assert main(["open", str(table), "--policy", str(witnessed), "--log", str(tmp_path / "later")]) == 0
    assert "cosigned by w" in capsys.readouterr().out

    table.write_bytes(table.read_bytes().replace(f",{KILLED},".encode(), b",0,", 1))
    assert main(["open", str(table), "--vkey", key]) == 1
    assert (
        f"country KH, outcome K has value 0 in the file, and {KILLED} in the release"
        in capsys.readouterr().err
    )

    (tmp_path / "t.png").write_bytes(b"")
    assert main(["open", str(tmp_path / "t.png"), "--vkey", key]) == 1
    assert "save the table again" in capsys.readouterr().err
    (tmp_path / "t.sidecar.json").write_text(json.dumps({}), "utf-8")
    assert main(["open", str(tmp_path / "t.png"), "--vkey", key]) == 1
    (tmp_path / "t.sidecar.json").write_text(str(asking.sidecar), "utf-8")
    assert main(["open", str(tmp_path / "t.png"), "--vkey", key, "--numbers"]) == 3
    assert f"KH,K,value,{KILLED}" in capsys.readouterr().out
