"""The vault of a node: filled with the snapshot or not at all, replaced by the next load, read by two."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from anonymisers.errors import KeyStoreError
from anonymisers.identity.key_custody import (
    lock_from_file,
    new_custody,
    open_identity,
    open_redacted,
    open_share,
)
from anonymisers.identity.vault_records import Compartment, ContentKey
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.loading.vault_filling import Filling
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.cli import main
from gateway.keys.custody import NoVaultError, write_custody
from gateway.keys.files import KeyFileError
from gateway.member.register.missing_cases import LoadedAs
from gateway.sources.model.errors import SourceError
from gateway.store.engine.database import StorageError

FIRST, SECOND = lock_from_file(b"1" * 32), lock_from_file(b"2" * 32)
CUSTODY = new_custody("KH", {"first": FIRST, "second": SECOND})
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date}
    vault: {ID: national_id, Name: name, Story: redacted_narrative}
    known: {Village: village}
constants: {consent_share: AGG}
"""
ROWS = (
    "Case,ID,Date,Name,Village,Story\n"
    "C1,010 203 040,2019-01-02,Sok Dara,Hope,Dara went to Hope to plough the field with a PMN-2.\n"
    "C2,,2019-02-03,Chan Thy,,\n"
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node of KH with a vault and without data."""
    directory = tmp_path_factory.mktemp("region")
    create_hub(directory / "hub", "test.example/hub")
    new = create_member(directory / "KH", "KH", "test.example")
    with open_hub(directory / "hub") as hub:
        connect(directory / "KH", "KH", "http://127.0.0.1:0", enrol(hub, new.enrolment))
    write_custody(Layout(directory / "KH").keys, CUSTODY)
    return directory / "KH"


@pytest.fixture
def node(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty, tmp_path / "KH"))


def load(node: Path, rows: str = ROWS, mapping: str = MAPPING) -> None:
    source = node / "source"
    source.mkdir(exist_ok=True)
    (source / "victims.csv").write_text(rows, encoding="utf-8")
    with open_member(node) as opened:
        whole = LoadChoices(loaded_as=LoadedAs.WHOLE)
        load_source(node, opened, source, mapping, choices=whole)


def kept(node: Path, compartment: Compartment) -> list[dict[str, str]]:
    """What the vault holds, opened as its custodians can."""
    if compartment is Compartment.REDACTED:
        private = open_redacted(CUSTODY, "first", FIRST)
    else:
        shares = open_share(CUSTODY, "first", FIRST), open_share(CUSTODY, "second", SECOND)
        private = open_identity(CUSTODY, *shares)
    with open_member(node) as opened, opened.store.reading() as view:
        load, sealed = view.vault.load(), view.vault.sealed_key(compartment)
        if load is None or sealed is None:
            return []
        content = ContentKey.opened("KH", load, compartment, sealed, private)
        return [content.decrypt(r.whose, r.sealed) for r in view.vault.records(compartment)]


def test_a_load_keeps_what_the_mapping_says(node: Path) -> None:
    load(node)
    assert kept(node, Compartment.IDENTITY) == [
        {"national_id": "010 203 040", "name": "Sok Dara"},
        {"name": "Chan Thy"},
    ]


def test_a_narrative_is_redacted_with_the_records_own_values_before_it_is_kept(node: Path) -> None:
    load(node)
    (narrative,) = kept(node, Compartment.REDACTED)
    assert narrative == {"redacted_narrative": "<PERSON> went to <VILLAGE> to plough the field with a PMN-2."}


def test_the_story_of_an_accident_loses_what_is_known_of_all_its_victims(node: Path) -> None:
    """It stands in a table of its own; only who has read the victims knows that Hope and Rose are names."""
    mapping = MAPPING.replace(
        "    columns: {Case: case_id, ID: national_id, Date: date}\n"
        "    vault: {ID: national_id, Name: name, Story: redacted_narrative}\n"
        "    known: {Village: village}\n",
        "    columns: {Case: case_id}\n"
        "    vault: {Name: name}\n"
        "  accidents.csv:\n"
        "    join: {No: Accident}\n"
        "    columns: {Date: date}\n"
        "    vault: {Story: redacted_narrative}\n",
    )
    (node / "source").mkdir()
    (node / "source" / "accidents.csv").write_text(
        "No,Date,Story\nA1,2019-01-02,the field where hope and rose were cutting wood with a PMN-2.\n"
    )
    load(node, "Case,Name,Accident\nC1,Sok Hope,A1\nC2,Chan Rose,A1\n", mapping)
    story = "the field where <PERSON> and <PERSON> were cutting wood with a PMN-2."
    assert kept(node, Compartment.REDACTED) == [{"redacted_narrative": story}] * 2
    assert kept(node, Compartment.IDENTITY) == [{"name": "Sok Hope"}, {"name": "Chan Rose"}]


def test_a_record_of_the_vault_is_found_by_the_person_of_the_snapshot(node: Path) -> None:
    load(node)
    with open_member(node) as opened, opened.store.reading() as view:
        _, snapshot = view.snapshot()
        people = snapshot.links["person"].tolist()
        found = [list(view.vault.records(Compartment.IDENTITY, p.decode())) for p in people]
    assert [len(records) for records in found] == [1, 1]


def test_the_next_load_replaces_everything_that_was_kept(node: Path) -> None:
    load(node)
    load(node, "Case,ID,Date,Name,Village,Story\nC9,,2020-01-02,Ly Sreymom,,\n")
    assert kept(node, Compartment.IDENTITY) == [{"name": "Ly Sreymom"}]
    assert kept(node, Compartment.REDACTED) == []


def test_a_mapping_that_keeps_nothing_empties_the_vault(node: Path) -> None:
    load(node)
    load(
        node, mapping=MAPPING.replace("    vault:", "    left_out:").replace("ID: national_id, Name", "Name")
    )
    assert kept(node, Compartment.IDENTITY) == []


def test_a_load_that_fails_leaves_the_former_snapshot_with_its_vault(node: Path) -> None:
    load(node)
    with pytest.raises(SourceError):
        load(node, ROWS + 'C3,,2019-05-06,"Half a row')
    assert len(kept(node, Compartment.IDENTITY)) == 2


def test_a_failure_while_the_vault_is_written_takes_the_snapshot_back(
    node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(node)
    with open_member(node) as opened, opened.store.reading() as view:
        before = view.snapshot()[0]

    def full(self: Filling):
        yield next(records(self))
        raise StorageError("The disk is full.")

    records = Filling._records
    monkeypatch.setattr(Filling, "_records", full)
    with pytest.raises(StorageError):
        load(node, "Case,ID,Date,Name,Village,Story\nC9,,2020-01-02,Ly Sreymom,,\n")
    monkeypatch.undo()
    with open_member(node) as opened, opened.store.reading() as view:
        assert view.snapshot()[0] == before
    assert len(kept(node, Compartment.IDENTITY)) == 2


def test_nothing_of_it_lies_in_the_clear(node: Path) -> None:
    load(node)
    shutil.rmtree(node / "source")
    stored = b"".join(p.read_bytes() for p in node.rglob("*") if p.is_file())
    for value in ("Sok Dara", "Chan Thy", "010 203 040", "010203040", "plough"):
        assert value.encode() not in stored


def test_a_mapping_that_keeps_anything_needs_a_vault_before_a_row_is_read(node: Path) -> None:
    (node / "keys" / "vault.json").unlink()
    with pytest.raises(NoVaultError, match="no vault"):
        load(node)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"format": "safelane-vault/v1"}'])
def test_a_damaged_key_file_stops_the_load_and_is_not_repeated(node: Path, content: bytes) -> None:
    path = node / "keys" / "vault.json"
    path.write_bytes(content)
    with pytest.raises(KeyFileError) as caught:
        load(node)
    assert "vault.json" in str(caught.value)


def test_a_record_that_was_moved_to_another_person_does_not_open(node: Path) -> None:
    load(node)
    with open_member(node) as opened, opened.store.reading() as view:
        one, other = view.vault.records(Compartment.IDENTITY)
        sealed = view.vault.sealed_key(Compartment.IDENTITY)
        name = view.vault.load()
    shares = open_share(CUSTODY, "first", FIRST), open_share(CUSTODY, "second", SECOND)
    content = ContentKey.opened("KH", name, Compartment.IDENTITY, sealed, open_identity(CUSTODY, *shares))
    with pytest.raises(KeyStoreError, match="changed or moved"):
        content.decrypt(one.whose, other.sealed)


def run(*arguments: object, **more):
    return CliRunner().invoke(main, ["vault", *map(str, arguments)], **more)


def test_two_people_make_a_vault_and_check_that_it_opens(node: Path, monkeypatch) -> None:
    monkeypatch.delenv("SAFELANE_PASSPHRASE", raising=False)
    (node / "keys" / "vault.json").unlink()
    one, other = "a lane through the field", "the other side of it"
    typed = "\n".join((one, one, other, other))
    made = run("create", "--dir", node, "--custodian", "sok", "--custodian", "chan", input=typed + "\n")
    assert made.exit_code == 0, made.output
    assert one not in made.output
    assert run("check", "--dir", node, "--as", "sok", input=one + "\n").exit_code == 0
    wrong = run("check", "--dir", node, "--as", "sok", input=other + "\n")
    assert wrong.exit_code == 7
    assert other not in wrong.output
    assert "sok\tpassphrase" in run("show", "--dir", node).output


def test_a_vault_is_made_once_and_not_for_one_person(node: Path, tmp_path: Path) -> None:
    again = run(
        "create", "--dir", node, "--custodian", f"a={tmp_path / 'a'}", "--custodian", f"b={tmp_path / 'b'}"
    )
    assert again.exit_code == 7
    assert "exists already" in again.output
    (node / "keys" / "vault.json").unlink()
    alone = run("create", "--dir", node, "--custodian", f"c={tmp_path / 'c'}")
    assert alone.exit_code == 7
    assert "from 2 to 20" in alone.output
    unknown = run("check", "--dir", node, "--as", "nobody")
    assert unknown.exit_code == 7


def command(node: Path, *arguments: str, typed: str = "") -> str:
    done = CliRunner().invoke(main, ["member", *arguments, "--dir", str(node)], input=typed)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_consent_is_withdrawn_by_the_number_as_it_stands_in_the_register(node: Path) -> None:
    """The vault stays; the number is in no output and in no entry; the next load cannot bring it back."""
    load(node)
    said = command(node, "consent", "NAT", "--person", typed="010-203-040\n")
    said += command(node, "consent", "N", "--case", typed="C2\n")
    load(node)
    said += command(node, "changes")

    with open_member(node) as opened, opened.store.reading() as view:
        _, snapshot = view.snapshot()
        head = view.log.latest_checkpoint()
        log = b"".join(view.log.read_entries(0, head.size))
    assert sorted(snapshot.consent.values()) == ["N", "NAT"]
    assert said.count("1 consent withdrawn (2019: 1)") == 2
    assert "nothing changed" in said
    assert len(kept(node, Compartment.IDENTITY)) == 2
    assert b"consent-changed" in log
    for number in ("010-203-040", "010 203 040", "010203040"):
        assert number not in said
        assert number.encode() not in log


@pytest.mark.parametrize("typed", ["C9", "none", ""])
def test_a_number_that_is_nobodys_changes_nothing(node: Path, typed: str) -> None:
    load(node)
    done = CliRunner().invoke(main, ["member", "consent", "N", "--case", "--dir", str(node)], input=typed)
    assert done.exit_code != 0
    assert "nothing was changed" in str(done.exception) + done.output
    assert "There were not two loads" in command(node, "changes")
