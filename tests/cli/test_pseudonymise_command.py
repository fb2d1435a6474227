"""`safelane epoch` and `safelane pseudonymise`: keys at home, tables that cannot be joined."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from anonymisers.identity.pseudonyms import parse
from gateway.cli import main

PASSPHRASE = {"SAFELANE_PASSPHRASE": "a long passphrase"}
TABLE = """national_id,name,district
012345678,Sok Dara,Samlout
០១២ ៣៤៥-៦៧៨,Chea Bopha,Samlout
,,Pailin
999,x,Y
"""


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env=PASSPHRASE if env is None else env)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    assert run("epoch", "begin", path, "--member", "KH").exit_code == 0
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(TABLE, "utf-8")
    return path


def pseudonymised(
    table: Path, store: Path, *options: object, recipient: str = "UNMAS"
) -> list[dict[str, str]]:
    out = table.with_name("out.csv")
    result = run(
        "pseudonymise", table, "-o", out, "--column", "national_id=nid", "--recipient", recipient,
        "--purpose", "research", "--keys", store, *options,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_person_has_one_pseudonym_and_the_rest_of_the_table_stays(table: Path, store: Path) -> None:
    rows = pseudonymised(table, store)
    first, second, third, fourth = (row["national_id"] for row in rows)
    assert parse(first).epoch == 1
    assert first == second != fourth
    assert third == ""
    assert [row["district"] for row in rows] == ["Samlout", "Samlout", "Pailin", "Y"]


def test_a_column_that_stays_makes_no_formula_live(table: Path, store: Path) -> None:
    table.write_text(table.read_text("utf-8").replace("Pailin", "=HYPERLINK(1)"), "utf-8")
    assert "'=HYPERLINK(1)" in [row["district"] for row in pseudonymised(table, store)]


def test_columns_that_stay_are_named(table: Path, store: Path) -> None:
    out = table.with_name("out.csv")
    result = run(
        "pseudonymise", table, "-o", out, "--column", "national_id=nid", "--recipient", "A", "--purpose", "p",
        "--keys", store,
    )  # fmt: skip
    assert "unchanged: name, district" in result.stderr
    assert "1 cells without an identifier" in result.stderr
    assert "Sok" not in result.output


def test_two_recipients_cannot_join_their_tables(table: Path, store: Path) -> None:
    one = {row["national_id"] for row in pseudonymised(table, store)}
    other = {row["national_id"] for row in pseudonymised(table, store, recipient="AHA")}
    assert one & other == {""}


def test_epochs_cannot_be_joined_and_an_old_one_can_be_asked_for(table: Path, store: Path) -> None:
    before = pseudonymised(table, store)
    assert run("epoch", "begin", store).exit_code == 0
    assert {r["national_id"] for r in before} & {r["national_id"] for r in pseudonymised(table, store)} == {
        ""
    }
    assert pseudonymised(table, store, "--epoch", 1) == before


def test_a_destroyed_epoch_is_gone(table: Path, store: Path) -> None:
    assert run("epoch", "destroy", store, 1, "--yes").exit_code == 0
    assert run("epoch", "list", store).stdout == "1\tdestroyed\n"
    result = run(
        "pseudonymise", table, "-o", table.with_name("out.csv"), "--column", "national_id=nid", "--recipient",
        "A", "--purpose", "p", "--keys", store,
    )  # fmt: skip
    assert result.exit_code == 7
    assert "epoch 1 of KH was destroyed" in result.stderr
    assert not table.with_name("out.csv").exists()


def test_a_key_file_opens_what_it_locked(tmp_path: Path, table: Path) -> None:
    store, key = tmp_path / "keys.json", tmp_path / "member.key"
    assert run("epoch", "begin", store, "--member", "LA", "--key-file", key).exit_code == 0
    assert key.stat().st_mode & 0o077 == 0
    assert store.stat().st_mode & 0o077 == 0
    assert pseudonymised(table, store, "--key-file", key)[0]["national_id"].startswith("p1.1.")
    key.write_bytes(bytes(31))
    assert "exactly 32 random bytes" in run("epoch", "begin", store, "--key-file", key).stderr


def test_another_passphrase_opens_nothing_and_changes_nothing(store: Path) -> None:
    before = store.read_bytes()
    result = run("epoch", "begin", store, env={"SAFELANE_PASSPHRASE": "another passphrase"})
    assert result.exit_code == 7
    assert "does not open" in result.stderr
    assert store.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_damaged_store_is_said_and_kept(store: Path, content: bytes) -> None:
    store.write_bytes(content)
    result = run("epoch", "begin", store)
    assert result.exit_code == 7
    assert "damaged" in result.stderr
    assert store.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line of column names"),
        ("a,a\n1,2\n", "each once"),
        ("id\n1\n", "no column 'national_id'"),
        ("national_id,b\nSok Dara\n", "row 2 of"),
        ('national_id\n"Sok Dara', "not a CSV file"),
        ("national_id\nSok\x00Dara\nx,Sok\n", "row 3 of"),
    ],
)
def test_a_bad_table_is_named_without_its_cells(table: Path, store: Path, content: str, message: str) -> None:
    table.write_text(content, "utf-8")
    out = table.with_name("out.csv")
    result = run(
        "pseudonymise", table, "-o", out, "--column", "national_id=nid", "--recipient", "A", "--purpose", "p",
        "--keys", store,
    )  # fmt: skip
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Sok" not in result.output
    assert not out.exists()


def test_bytes_that_are_no_text_are_refused(table: Path, store: Path) -> None:
    table.write_bytes(b"national_id\n\xff\xfe\n")
    result = run(
        "pseudonymise", table, "-o", table.with_name("o.csv"), "--column", "national_id=nid", "--recipient",
        "A", "--purpose", "p", "--keys", store,
    )  # fmt: skip
    assert "not text in UTF-8" in result.stderr
