"""Reads the decision records: the head of each, what is wrong with them, and the table of all of them.

A record begins with its title, and below that with one line, its head:

    Number: 0009 · Date: 2026-11-25 · Status: amended by [0028](0028-history-in-parts.md) · Theme: answers

A record that changes another one also says so there (`Amends: [0009](...)`, `Supersedes: [0009](...)`).

`python tests/support/decisions.py` writes the table of today into `docs/decisions/README.md`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
THEMES = (
    "federation", "answers", "policy", "suppression", "perturbation", "history",
    "identity", "log", "storage", "pages", "operations",
)  # fmt: skip
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]
LONGEST = 400
"""The most words that a record has, its title and head included."""

_FILE_NAME = re.compile(r"\d{4}(?:-[a-z0-9]+)+\.md")
_LINK = re.compile(r"\[(\d{4})\]\(([^)]+)\)")
_STATUS = re.compile(rf"accepted|(?:amended|superseded) by {_LINK.pattern}(?:, {_LINK.pattern})*")
_FIELDS = ("Number", "Date", "Status", "Theme")
_RELATIONS = {"Amends": "amended", "Supersedes": "superseded"}
_TABLE_HEAD = "| Number | Date | Status | Theme | Decision |\n| --- | --- | --- | --- | --- |\n"


@dataclass(frozen=True)
class Record:
    """A decision record: its title, the fields of its head by their names, and its whole text."""

    path: Path
    title: str
    head: dict[str, str]
    text: str

    def __getitem__(self, field: str) -> str:
        """A field of the head, or nothing where the head lacks it."""
        return self.head.get(field, "")

    def linked(self, field: str) -> list[tuple[str, str]]:
        """The records that a field of the head names, each by number and file."""
        return _LINK.findall(self[field])


def records(folder: Path = FOLDER) -> list[Record]:
    """All records whose files are named as records are, in the order of their names."""
    return [_read(path) for path in sorted(folder.glob("*.md")) if _FILE_NAME.fullmatch(path.name)]


def _read(path: Path) -> Record:
    text = path.read_text(encoding="utf-8")
    title, head, *_ = [*text.split("\n\n", 2), "", ""]
    fields = (field.partition(": ") for field in head.split(" · "))
    return Record(path, title.removeprefix("# "), {name: value for name, _, value in fields}, text)


def table(found: Sequence[Record]) -> str:
    """All records as a table: number, date, status, theme, and the title as a link."""
    rows = (
        (*(record[field] for field in _FIELDS), f"[{record.title}]({record.path.name})") for record in found
    )
    return _TABLE_HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def refresh(folder: Path = FOLDER) -> str:
    """The text of the folder's README with the table of today in place of the one that ends it."""
    readme = (folder / "README.md").read_text(encoding="utf-8")
    return readme.partition(_TABLE_HEAD)[0] + table(records(folder))


def faults(folder: Path = FOLDER) -> list[str]:
    """What is wrong with the records of a folder, one sentence for each fault."""
    found = records(folder)
    complete = [record for record in found if not list(_head_faults(record))]
    known = {"README.md", *(record.path.name for record in found)}
    return [
        *(f"{path.name}: the file is not called NNNN-short-name.md"
          for path in sorted(folder.glob("*.md")) if path.name not in known),
        *(fault for record in found for fault in (*_head_faults(record), *_text_faults(record))),
        *_order_faults(complete),
        *_relation_faults(complete),
    ]  # fmt: skip


def _head_faults(record: Record) -> Iterator[str]:
    name = record.path.name
    allowed = (*_FIELDS, *_RELATIONS)
    if [field for field in record.head if field in allowed][: len(_FIELDS)] != list(_FIELDS):
        yield f"{name}: the line below the title is not Number, Date, Status and Theme"
        return
    if unknown := [field for field in record.head if field not in allowed]:
        yield f"{name}: unknown field {unknown[0]}"
    if record["Number"] != name[:4]:
        yield f"{name}: the number is {record['Number']}, and the file has another one"
    if not _is_date(record["Date"]):
        yield f"{name}: {record['Date']} is no date"
    if not _STATUS.fullmatch(record["Status"]):
        yield f"{name}: the status is not accepted, amended by or superseded by"
    if record["Theme"] not in THEMES:
        yield f"{name}: unknown theme {record['Theme']}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _text_faults(record: Record) -> Iterator[str]:
    name = record.path.name
    if not record.text.startswith("# "):
        yield f"{name}: the first line is no title"
    if re.findall(r"^## (.+)$", record.text, re.MULTILINE) != SECTIONS:
        yield f"{name}: the sections are not {', '.join(SECTIONS)}"
    if (words := len(record.text.split())) > LONGEST:
        yield f"{name}: {words} words, and at most {LONGEST} are allowed"


def _order_faults(found: Sequence[Record]) -> Iterator[str]:
    if [record["Number"] for record in found] != [f"{n:04}" for n in range(1, len(found) + 1)]:
        yield "the numbers do not run from 0001 without a gap, each used once"
    dates = [record["Date"] for record in found]
    if dates != sorted(dates):
        yield "the dates do not follow the numbers"


def _relation_faults(found: Sequence[Record]) -> Iterator[str]:
    files = {record["Number"]: record.path.name for record in found}
    said = {
        (record["Number"], word, earlier)
        for record in found
        for field, word in _RELATIONS.items()
        for earlier, _ in record.linked(field)
    }
    answered = {
        (later, record["Status"].partition(" ")[0], record["Number"])
        for record in found
        for later, _ in record.linked("Status")
    }
    for later, word, earlier in sorted(said - answered):
        yield f"{later} says that it {word} {earlier}, which does not say so"
    for later, word, earlier in sorted(answered - said):
        yield f"{earlier} says that {later} {word} it, which does not say so"
    for record in found:
        for field in ("Status", *_RELATIONS):
            for number, file in record.linked(field):
                if files.get(number) != file:
                    yield f"{record.path.name}: {number} is not {file}"


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(refresh(), encoding="utf-8")
