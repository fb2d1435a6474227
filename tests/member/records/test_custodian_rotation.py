"""A custodian leaves and another joins: who opens the vault then, and what a stop half-way leaves."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lone_node import lone_node

from anonymisers.errors import KeyStoreError
from anonymisers.identity.custodian_rotation import open_for_rotation, rotated
from anonymisers.identity.key_custody import (
    Custody,
    Lock,
    dump_custody,
    lock_from_file,
    new_custody,
    open_identity,
    open_redacted,
    open_share,
    parse_custody,
    private_keys,
)
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import pseudonym
from anonymisers.identity.vault_records import Compartment, ContentKey
from audit.events.events import decode
from audit.events.extract_events import VaultCustodianReplaced
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.layout import Layout
from gateway.cli import main
from gateway.keys.custody import VaultFile, read_custody, write_custody
from gateway.keys.files import KeyFileError
from gateway.member.errors import ReidentificationRefusedError
from gateway.member.model.reidentification_request import Subject
from gateway.member.node.context import Node
from gateway.member.records import custodian_rotation
from gateway.member.records.extract_workflow import EpochKey
from gateway.member.records.reidentification import confirm, request, show
from gateway.store.member.member_store import MemberUnitOfWork

SOK, THIDA, DARA, NEW = (lock_from_file(bytes([n]) * 32) for n in (1, 2, 3, 4))
TWO = {"sok": SOK, "thida": THIDA}
AFTER = {"sok": SOK, "vuth": NEW}
THREE = {**TWO, "dara": DARA}
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
NUMBERS = ["010 203 040", "010 203 041"]
ROWS = "Case,ID,Date,Name\n" + "".join(
    f"C{n},{number},2019-01-02,Sok Dara\n" for n, number in enumerate(NUMBERS)
)


class MachineStopped(BaseException):
    """Nothing catches it, as nothing catches a power failure."""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node whose vault keeps two people, for the custodians sok and thida."""
    with lone_node(tmp_path / "KH") as (node, _):
        write_custody(Layout(tmp_path / "KH").keys, new_custody("KH", TWO))
        (tmp_path / "source").mkdir()
        load(tmp_path, node)
        yield node


def load(place: Path, node: Node) -> None:
    (place / "source" / "victims.csv").write_text(ROWS, encoding="utf-8")
    load_source(place / "KH", node, place / "source", MAPPING)


def custody_of(place: Path) -> Custody:
    return read_custody(Layout(place / "KH").keys)


def exchange(place: Path, node: Node, former: Custody | None = None) -> Custody:
    """Let vuth join in the place of thida, both present custodians being there."""
    opened = open_for_rotation(former or custody_of(place), "thida", TWO)
    return custodian_rotation.exchange(node, VaultFile(Layout(place / "KH").keys), opened, "vuth", NEW)


def identifiers(node: Node, custody: Custody, locks: dict[str, Lock]) -> list[str]:
    """The national numbers of everybody in the vault, as two of its custodians open it together."""
    one, other = (open_share(custody, name, lock) for name, lock in locks.items())
    privates = private_keys(custody, Compartment.IDENTITY, open_identity(custody, one, other))
    with node.store.reading() as view:
        load, sealed = view.vault.load(), view.vault.sealed_key(Compartment.IDENTITY)
        assert load is not None
        assert sealed is not None
        content = ContentKey.opened(node.member, load, Compartment.IDENTITY, sealed, *privates)
        records = [content.decrypt(r.whose, r.sealed) for r in view.vault.records(Compartment.IDENTITY)]
    return [record["national_id"] for record in records]


def exchanges_in_log(node: Node) -> list[bytes]:
    with node.store.reading() as view:
        entries = list(view.log.read_entries(0, view.log.latest_checkpoint().size))
    return [entry for entry in entries if decode(entry).TYPE == VaultCustodianReplaced.TYPE]


def test_the_new_custodian_opens_the_vault_and_the_one_who_left_does_not(node: Node, tmp_path: Path) -> None:
    exchange(tmp_path, node)
    assert identifiers(node, custody_of(tmp_path), AFTER) == NUMBERS
    with pytest.raises(KeyStoreError, match="no such custodian"):
        identifiers(node, custody_of(tmp_path), TWO)
    load(tmp_path, node)
    assert identifiers(node, custody_of(tmp_path), AFTER) == NUMBERS


def test_the_former_key_file_with_both_former_custodians_opens_nothing_in_the_database(
    node: Node, tmp_path: Path
) -> None:
    former = custody_of(tmp_path)
    exchange(tmp_path, node)
    with pytest.raises(KeyStoreError, match="does not open"):
        identifiers(node, former, TWO)


def test_an_old_share_opens_nothing_with_a_new_one_and_the_key_of_narratives_is_new() -> None:
    former = new_custody("KH", THREE)
    custody = rotated(open_for_rotation(former, "dara", TWO), "vuth", NEW)
    old, new = open_share(former, "dara", DARA), open_share(custody, "sok", SOK)
    for shares in ((old, new), (new, old), (open_share(former, "thida", THIDA), new)):
        for either in (former, custody):
            with pytest.raises(KeyStoreError):
                open_identity(either, *shares)
    assert open_redacted(custody, "vuth", NEW) != open_redacted(former, "dara", DARA)
    assert parse_custody(dump_custody(custody)) == custody


def test_what_was_sealed_before_several_exchanges_opens_for_the_last_custodians() -> None:
    """Also where a stop, or a load at that moment, left content sealed to a former key."""
    custody = new_custody("KH", TWO)
    content = ContentKey.new("KH", "load", Compartment.REDACTED)
    sealed = content.sealed_to(custody.redacted_key)
    custody = rotated(open_for_rotation(custody, "thida", TWO), "vuth", NEW)
    custody = rotated(open_for_rotation(custody, "vuth", AFTER), "dara", DARA)
    privates = private_keys(custody, Compartment.REDACTED, open_redacted(custody, "dara", DARA))
    assert ContentKey.opened("KH", "load", Compartment.REDACTED, sealed, *privates) == content


@pytest.mark.parametrize(
    ("leaves", "locks", "words"),
    [
        ("dara", {"sok": SOK}, "also needs thida"),
        ("thida", {"sok": SOK, "thida": THIDA}, "also needs dara"),
        ("vuth", TWO, "no such custodian"),
        ("dara", {"sok": SOK, "thida": DARA}, "does not open for thida"),
    ],
)
def test_nothing_is_exchanged_without_everybody_who_stays(leaves: str, locks, words: str) -> None:
    with pytest.raises(KeyStoreError, match=words):
        open_for_rotation(new_custody("KH", THREE), leaves, locks)


def test_where_one_stays_the_one_who_leaves_takes_part() -> None:
    with pytest.raises(KeyStoreError, match="also needs thida"):
        open_for_rotation(new_custody("KH", TWO), "thida", {"sok": SOK})


@pytest.mark.parametrize(("joins", "lock"), [("sok", NEW), ("vuth", THIDA), ("vu th", NEW)])
def test_nobody_joins_twice_with_a_former_key_or_without_a_name(joins: str, lock: Lock) -> None:
    opened = open_for_rotation(new_custody("KH", TWO), "thida", TWO)
    with pytest.raises(KeyStoreError):
        rotated(opened, joins, lock)


def test_a_stop_before_the_key_file_is_replaced_leaves_the_former_custodians(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: Path, target: Path) -> Path:
        raise MachineStopped

    with monkeypatch.context() as patched, pytest.raises(MachineStopped):
        patched.setattr(Path, "replace", stop)
        exchange(tmp_path, node)
    assert identifiers(node, custody_of(tmp_path), TWO) == NUMBERS
    exchange(tmp_path, node)
    assert identifiers(node, custody_of(tmp_path), AFTER) == NUMBERS


def test_a_stop_after_it_leaves_the_new_ones_and_loses_nothing(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: MemberUnitOfWork, load: str, keys: object) -> None:
        raise MachineStopped

    with monkeypatch.context() as patched, pytest.raises(MachineStopped):
        patched.setattr(MemberUnitOfWork, "reseal_vault", stop)
        exchange(tmp_path, node)
    assert identifiers(node, custody_of(tmp_path), AFTER) == NUMBERS


def test_of_two_exchanges_at_once_the_later_changes_nothing(node: Node, tmp_path: Path) -> None:
    former = custody_of(tmp_path)
    exchange(tmp_path, node)
    with pytest.raises(KeyFileError, match="meanwhile"):
        exchange(tmp_path, node, former)
    assert identifiers(node, custody_of(tmp_path), AFTER) == NUMBERS


def test_an_exchange_ends_open_requests_and_erases_the_shares_that_were_lent(
    node: Node, tmp_path: Path
) -> None:
    epoch, domain = EpochKey(1, b"e" * 32), Domain("KH", 1, "ARMAC", "research", "national_id")
    about = Subject(pseudonym(epoch.key, domain, "010203040"), "ARMAC", "research", "national_id")
    custody = custody_of(tmp_path)
    made = request(node, custody, "sok", SOK, subject=about, reason="A wrong blood group was found.")
    confirm(node, custody, made.id, "thida", THIDA)
    custody = exchange(tmp_path, node)
    with node.store.reading() as view:
        assert view.reidentifications.find(made.id).share is None
    with pytest.raises(ReidentificationRefusedError, match="time of this request is over"):
        show(node, custody, made.id, SOK, epoch)
    again = request(node, custody, "sok", SOK, subject=about, reason="A wrong blood group was found.")
    confirm(node, custody, again.id, "vuth", NEW)
    assert [found["name"] for found in show(node, custody, again.id, SOK, epoch)] == ["Sok Dara"]


def command(place: Path, sok: str = "sok.key") -> Result:
    for name, number in (("sok.key", 1), ("thida.key", 2)):
        (place / name).write_bytes(bytes([number]) * 32)
    arguments = ["--leaves", "thida", "--joins", f"vuth={place / 'vuth.key'}"]
    arguments += ["--custodian", f"sok={place / sok}", "--custodian", f"thida={place / 'thida.key'}"]
    return CliRunner().invoke(main, ["vault", "exchange", "--dir", str(place / "KH"), *arguments])


def test_the_command_exchanges_and_the_log_names_nobody(node: Node, tmp_path: Path) -> None:
    done = command(tmp_path)
    assert done.exit_code == 0, done.output
    vuth = lock_from_file((tmp_path / "vuth.key").read_bytes())
    assert identifiers(node, custody_of(tmp_path), {"sok": SOK, "vuth": vuth}) == NUMBERS
    (entry,) = exchanges_in_log(node)
    for name in (b"sok", b"thida", b"vuth"):
        assert name not in entry


def test_a_wrong_key_changes_nothing(node: Node, tmp_path: Path) -> None:
    before = custody_of(tmp_path)
    done = command(tmp_path, sok="thida.key")
    assert done.exit_code == 7
    assert "does not open for sok" in done.output
    assert custody_of(tmp_path) == before
    assert not exchanges_in_log(node)
    assert not (tmp_path / "vuth.key").exists()


def test_the_drill_of_a_lost_key_file_works_as_the_page_says(node: Node, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "open-the-vault.md").read_text("utf-8")
    drill = page.partition("\n## A key file or a passphrase is lost\n")[2].partition("\n## ")[0]
    lines = [line for line in drill.splitlines() if line.startswith(("safelane ", "mv "))]
    assert len(lines) == 5
    keys = tmp_path / "KH" / "keys"
    (keys / "vault.json").unlink()
    vault = ["vault", "create", "--dir", str(tmp_path / "KH")]
    for name in ("sok", "chan", "dara"):
        vault += ["--custodian", f"{name}={tmp_path / name.upper()}"]
    assert CliRunner().invoke(main, vault).exit_code == 0
    load(tmp_path, node)
    lost = (tmp_path / "CHAN").read_bytes()
    (tmp_path / "CHAN").unlink()

    for line in lines:
        words = shlex.split(re.sub(r"\b([A-Z]{3,}2?)\b", lambda place: _place(tmp_path, place[1]), line))
        if words[0] == "mv":
            Path(words[1]).rename(words[2])
            continue
        done = CliRunner().invoke(main, words[1:])
        assert done.exit_code == 0, f"{line}: {done.output}"
    load(tmp_path, node)
    (tmp_path / "found").write_bytes(lost)
    check = ["vault", "check", "--dir", str(tmp_path / "KH"), "--as", "chan", "--key-file"]
    assert CliRunner().invoke(main, [*check, str(tmp_path / "found")]).exit_code != 0


def _place(folder: Path, name: str) -> str:
    return str(folder / ("KH" if name == "NODE" else name))
