"""Decision records have one form, fit together, and stand in the table of their folder."""

import shutil
from pathlib import Path

import pytest
from decisions import FOLDER, LONGEST, faults, records, refresh, table

FIRST, SECOND = "0001-salt-the-soup.md", "0002-no-salt.md"

EARLIER = f"""# Salt the soup

Number: 0001 · Date: 2026-01-02 · Status: amended by [0002]({SECOND}) · Theme: pages

## Context

It was bland.

## Decision

Salt.

## Consequences

Thirst.

## Alternatives

- *Pepper.* None was left.
"""

LATER = (
    EARLIER.replace("Salt the soup", "No salt")
    .replace("0001", "0002")
    .replace(f"amended by [0002]({SECOND})", "accepted")
    .replace("Theme: pages", f"Theme: pages · Amends: [0001]({FIRST})")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FIRST).write_text(EARLIER, encoding="utf-8")
    (tmp_path / SECOND).write_text(LATER, encoding="utf-8")
    return tmp_path


def test_no_record_has_a_fault() -> None:
    assert faults() == []


def test_the_table_of_all_records_is_of_today() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert readme == refresh(), "run python tests/support/decisions.py"
    assert readme.count("\n| 0") == len(records())


def test_records_of_the_right_form_have_no_fault(folder: Path) -> None:
    assert faults(folder) == []


def test_a_row_of_the_table_has_all_fields_and_leads_to_the_record(folder: Path) -> None:
    assert table(records(folder)).splitlines()[2:] == [
        f"| 0001 | 2026-01-02 | amended by [0002]({SECOND}) | pages | [Salt the soup]({FIRST}) |",
        f"| 0002 | 2026-01-02 | accepted | pages | [No salt]({SECOND}) |",
    ]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("# No salt", "No salt", "no title"),
        ("Number: 0002 · ", "", "not Number, Date, Status and Theme"),
        (" · Date: 2026-01-02", "", "not Number, Date, Status and Theme"),
        (" · Status: accepted", "", "not Number, Date, Status and Theme"),
        (" · Theme: pages", "", "not Number, Date, Status and Theme"),
        (" · Amends: ", " · Mends: ", "unknown field Mends"),
        ("Number: 0002", "Number: 0003", "the file has another one"),
        ("2026-01-02", "2 January", "2 January is no date"),
        ("2026-01-02", "2026-01-01", "dates do not follow"),
        ("Status: accepted", "Status: proposed", "the status is not"),
        ("Status: accepted", "Status: superseded by 0001", "the status is not"),
        ("Theme: pages", "Theme: soups", "unknown theme soups"),
        ("## Consequences\n\nThirst.\n\n", "", "the sections are not"),
        ("Thirst.", "Thirst. " * LONGEST, "at most 400"),
        (f" · Amends: [0001]({FIRST})", "", "0001 says that 0002 amended it"),
        ("Amends:", "Supersedes:", "0002 says that it superseded 0001"),
        (f"({FIRST})", "(0001-another.md)", "0001 is not 0001-another.md"),
    ],
)
def test_a_record_of_another_form_has_a_fault(folder: Path, before: str, after: str, fault: str) -> None:
    assert before in LATER
    (folder / SECOND).write_text(LATER.replace(before, after, 1), encoding="utf-8")

    assert fault in "; ".join(faults(folder))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("no-salt.md", "not called NNNN-short-name.md"),
        ("02-no-salt.md", "not called NNNN-short-name.md"),
        ("0002-No_salt.md", "not called NNNN-short-name.md"),
        ("0003-no-salt.md", "the file has another one"),
    ],
)
def test_a_file_of_another_name_is_a_fault(folder: Path, name: str, fault: str) -> None:
    (folder / SECOND).rename(folder / name)

    assert fault in "; ".join(faults(folder))


def test_a_number_that_is_used_twice_or_left_out_is_a_fault(folder: Path) -> None:
    (folder / FIRST).unlink()
    assert "without a gap" in "; ".join(faults(folder))

    shutil.copy(folder / SECOND, folder / "0002-again.md")
    assert "each used once" in "; ".join(faults(folder))
