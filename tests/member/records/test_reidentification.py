"""Re-identification and maps of pseudonyms: by two people, for a reason, once, logged; or never."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from lone_node import lone_node

from anonymisers.errors import EpochDestroyedError, IdentifierError, KeyStoreError
from anonymisers.identity.key_custody import Custody, Lock, lock_from_file, new_custody
from anonymisers.identity.key_epochs import begin_epoch, destroy_epoch, new_store, open_epoch, parse_store
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonym_map import epoch_map, opened_map, sealed_map
from anonymisers.identity.pseudonyms import pseudonym, pseudonyms
from anonymisers.identity.sealed_messages import new_private, public_of, public_text
from audit.events.events import decode
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.layout import Layout
from gateway.cli import main
from gateway.keys.custody import write_custody
from gateway.member.errors import ReidentificationRefusedError
from gateway.member.model.reidentification_request import ReidentificationRequest, Subject
from gateway.member.node.context import Node
from gateway.member.records.extract_workflow import EpochKey
from gateway.member.records.reidentification import DAYS, confirm, request, show

FIRST, SECOND = lock_from_file(b"1" * 32), lock_from_file(b"2" * 32)
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date}
    vault: {ID: national_id, Name: name}
constants: {consent_share: REC}
"""
ROWS = "Case,ID,Date,Name\nC1,010 203 040,2019-01-02,Sok Dara\nC2,,2019-02-03,Chan Thy\n"
EPOCH = EpochKey(1, b"e" * 32)
REASON = "The hospital found a wrong blood group in this record."


@pytest.fixture
def place(tmp_path: Path):
    """A node whose vault keeps two people, its clock, and its custody."""
    with lone_node(tmp_path / "KH") as (node, clock):
        custody = new_custody("KH", {"first": FIRST, "second": SECOND})
        write_custody(Layout(tmp_path / "KH").keys, custody)
        source = tmp_path / "source"
        source.mkdir()
        (source / "victims.csv").write_text(ROWS, encoding="utf-8")
        load_source(tmp_path / "KH", node, source, MAPPING)
        yield node, clock, custody


def people(node: Node) -> list[str]:
    with node.store.reading() as view:
        return [link.decode() for link in view.snapshot()[1].links["person"].tolist()]


def subject(node: Node, of: int = 0) -> Subject:
    """The pseudonym of a person as ARMAC has it."""
    domain = Domain("KH", 1, "ARMAC", "research", "person")
    return Subject(pseudonym(EPOCH.key, domain, people(node)[of]), "ARMAC", "research", "person")


def asked(
    node: Node, custody: Custody, by: str = "first", lock: Lock = FIRST, **change
) -> ReidentificationRequest:
    usual = {"subject": subject(node), "reason": REASON}
    return request(node, custody, by, lock, **(usual | change))


def test_two_custodians_see_who_it_is_once(place) -> None:
    node, _, custody = place
    names = set()
    for of in (0, 1):
        made = asked(node, custody, subject=subject(node, of))
        confirm(node, custody, made.id, "second", SECOND)
        (found,) = show(node, custody, made.id, FIRST, EPOCH)
        names.add(found["name"])
        with pytest.raises(ReidentificationRefusedError, match="answered already"):
            show(node, custody, made.id, FIRST, EPOCH)
    assert names == {"Sok Dara", "Chan Thy"}


def test_a_pseudonym_of_a_number_is_found_in_the_vault(place) -> None:
    node, _, custody = place
    domain = Domain("KH", 1, "WHO", "research", "national_id")
    about = Subject(pseudonym(EPOCH.key, domain, "010203040"), "WHO", "research", "national_id")
    made = asked(node, custody, subject=about)
    confirm(node, custody, made.id, "second", SECOND)
    assert [found["name"] for found in show(node, custody, made.id, FIRST, EPOCH)] == ["Sok Dara"]


def test_nobody_sees_anything_alone(place) -> None:
    node, _, custody = place
    made = asked(node, custody)
    with pytest.raises(ReidentificationRefusedError, match="Nobody has confirmed"):
        show(node, custody, made.id, FIRST, EPOCH)
    with pytest.raises(ReidentificationRefusedError, match="cannot confirm"):
        confirm(node, custody, made.id, "first", FIRST)
    with pytest.raises(KeyStoreError, match="does not open for second"):
        confirm(node, custody, made.id, "second", FIRST)


def test_whoever_confirms_does_not_see_it(place) -> None:
    node, _, custody = place
    made = asked(node, custody)
    confirm(node, custody, made.id, "second", SECOND)
    with pytest.raises(KeyStoreError, match="does not open for first"):
        show(node, custody, made.id, SECOND, EPOCH)


def test_a_share_that_was_lent_serves_no_other_request(place) -> None:
    node, _, custody = place
    one, other = asked(node, custody), asked(node, custody)
    confirm(node, custody, one.id, "second", SECOND)
    with node.store.reading() as view:
        lent = view.reidentifications.find(one.id).share
        assert [made.id for made in view.reidentifications.all()] == [one.id, other.id]
    with node.store.writing() as work:
        work.reidentifications.confirm(other.id, "second", lent, because=0)
    with pytest.raises(KeyStoreError, match="does not open"):
        show(node, custody, other.id, FIRST, EPOCH)


def test_the_share_is_erased_once_it_was_used(place) -> None:
    node, _, custody = place
    made = asked(node, custody)
    confirm(node, custody, made.id, "second", SECOND)
    show(node, custody, made.id, FIRST, EPOCH)
    with node.store.reading() as view:
        assert view.reidentifications.find(made.id).share is None


def test_a_request_ends_by_itself(place) -> None:
    node, clock, custody = place
    made = asked(node, custody)
    clock.time += timedelta(days=DAYS)
    with pytest.raises(ReidentificationRefusedError, match="time of this request is over"):
        confirm(node, custody, made.id, "second", SECOND)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": "because"}, "reason is needed"),
        ({"subject": Subject("Sok Dara", "ARMAC", "research", "person")}, "not a pseudonym"),
        ({"subject": Subject("p1.1." + "0" * 26 + "1", "ARMAC", "research", "person")}, "check digit"),
    ],
)
def test_a_request_without_a_reason_or_a_pseudonym_is_none(place, change, words: str) -> None:
    node, _, custody = place
    with pytest.raises(ReidentificationRefusedError, match=words):
        asked(node, custody, **change)


def test_every_step_is_logged_without_a_name_a_pseudonym_or_the_reason(place) -> None:
    node, _, custody = place
    made = asked(node, custody)
    confirm(node, custody, made.id, "second", SECOND)
    show(node, custody, made.id, FIRST, EPOCH)
    with node.store.reading() as view:
        entries = [
            e for e in view.log.read_entries(0, view.log.latest_checkpoint().size) if made.id.encode() in e
        ]
    assert [decode(entry).TYPE for entry in entries] == [
        "reidentification-requested",
        "reidentification-confirmed",
        "reidentification-shown",
    ]
    for entry in entries:
        for word in ("Sok", "hospital", made.subject.pseudonym, "first", "second"):
            assert word.encode() not in entry


def test_a_pseudonym_of_another_epoch_needs_its_key(place) -> None:
    node, _, custody = place
    made = asked(node, custody)
    confirm(node, custody, made.id, "second", SECOND)
    with pytest.raises(ReidentificationRefusedError, match="another epoch"):
        show(node, custody, made.id, FIRST, EpochKey(2, b"f" * 32))
    assert show(node, custody, made.id, FIRST, EpochKey(1, b"f" * 32)) == []  # a wrong key finds nobody


DOMAIN = Domain("KH", 1, "ARMAC", "research", "person")
KEYS = (b"1" * 32, b"2" * 32)


def test_a_map_joins_old_and_new_pseudonyms_of_those_that_were_seen() -> None:
    old = pseudonyms(KEYS[0], DOMAIN, ["a", "b", "c"])
    new = pseudonyms(KEYS[1], Domain("KH", 2, "ARMAC", "research", "person"), ["a", "b", "c"])
    made = epoch_map(KEYS, DOMAIN, 2, ["a", "b", "c"], frozenset(old[:2]))
    assert made == dict(zip(old[:2], new[:2], strict=True))


def test_a_map_opens_for_its_recipient_alone_and_for_its_epochs() -> None:
    reader = new_private()
    made = epoch_map(KEYS, DOMAIN, 2, ["a"], frozenset(pseudonyms(KEYS[0], DOMAIN, ["a"])))
    data = sealed_map(made, public_of(reader), DOMAIN, 2)
    assert opened_map(data, reader) == made
    assert next(iter(made)).encode() not in data
    with pytest.raises(KeyStoreError, match="does not open"):
        opened_map(data, new_private())
    with pytest.raises(KeyStoreError, match="does not open"):
        opened_map(data.replace(b'"present": 2', b'"present": 3'), reader)
    for damaged in (b"", b"{}", data[:50], b"\xff"):
        with pytest.raises(KeyStoreError, match="not a map"):
            opened_map(damaged, reader)


def test_a_map_within_one_epoch_is_none() -> None:
    with pytest.raises(IdentifierError, match="one epoch to another"):
        epoch_map(KEYS, DOMAIN, 1, ["a"], frozenset())


def test_destroying_an_epoch_ends_every_map() -> None:
    kek = b"k" * 32
    store = begin_epoch(begin_epoch(new_store("KH", from_passphrase=False), kek), kek)
    store = destroy_epoch(store, 1)
    with pytest.raises(EpochDestroyedError):
        open_epoch(store, kek, 1)


def test_the_member_makes_a_map_on_the_command_line_and_it_is_logged(place, tmp_path: Path) -> None:
    node, _, _ = place
    keys, lock, reader = tmp_path / "keys.json", tmp_path / "lock", tmp_path / "reader.key"

    def run(*arguments: object):
        return CliRunner().invoke(main, list(map(str, arguments)))

    for _ in range(2):
        begun = run("epoch", "begin", keys, "--member", "KH", "--key-file", lock)
        assert begun.exit_code == 0, begun.output
    public = run("extract", "keys", reader).output.strip()
    assert public == public_text(public_of(bytes.fromhex(reader.read_text().strip())))
    store = json.loads(keys.read_text())
    assert set(store["epochs"]) == {"1", "2"}
    from_store = open_epoch_of(keys, lock, 1)
    (tmp_path / "had.csv").write_text(
        "person\n" + "\n".join(pseudonyms(from_store, DOMAIN, people(node))) + "\n", encoding="utf-8"
    )
    made = run(
        "epoch", "map", keys, "--dir", tmp_path / "KH", "--from", 1, "--recipient", "ARMAC",
        "--purpose", "research", "--reader", public, "--seen", tmp_path / "had.csv",
        "--key-file", lock, "-o", tmp_path / "map",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    read = run("epoch", "read-map", tmp_path / "map", "--key", reader, "-o", tmp_path / "map.csv")
    assert read.exit_code == 0, read.output
    assert len((tmp_path / "map.csv").read_text().splitlines()) == 3
    with node.store.reading() as view:
        last = list(view.log.read_entries(0, view.log.latest_checkpoint().size))[-1]
    assert decode(last).TYPE == "epoch-map-sealed"
    run("epoch", "destroy", keys, 1, "--yes")
    again = run(
        "epoch", "map", keys, "--dir", tmp_path / "KH", "--from", 1, "--recipient", "ARMAC",
        "--purpose", "research", "--reader", public, "--seen", tmp_path / "had.csv",
        "--key-file", lock, "-o", tmp_path / "map2",
    )  # fmt: skip
    assert again.exit_code == 7
    assert "destroyed" in again.output


def open_epoch_of(keys: Path, lock: Path, number: int) -> bytes:

    return open_epoch(parse_store(keys.read_bytes()), lock.read_bytes(), number)
