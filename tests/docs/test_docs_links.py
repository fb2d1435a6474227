"""Links lead somewhere, the index knows every page, and no page or file speaks of one machine."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from documents import ROOT, pages

_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    found = _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))
    return [link for link in found if not link.startswith(("http://", "https://", "mailto:"))]


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in _HEADING.findall(text)}


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


INDEX = ROOT / "docs" / "README.md"
READERS = ("Analyst", "Controller", "Auditor", "Operator", "Developer")


def test_the_index_knows_every_page() -> None:
    """The records of decisions stand in a table of their own, which the index leads to."""
    of_decisions = ROOT / "docs" / "decisions" / "README.md"
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (INDEX, of_decisions)
        for link in links(page)
    }

    assert of_decisions in {(INDEX.parent / link.partition("#")[0]).resolve() for link in links(INDEX)}
    assert {p for p in (ROOT / "docs").rglob("*.md") if p != INDEX} <= linked


def test_the_index_has_one_line_a_page_under_its_reader() -> None:
    _, *sections = re.split("^## ", INDEX.read_text("utf-8"), flags=re.MULTILINE)
    by_reader = [part for part in sections if part.startswith(READERS)]
    lines = [line for part in by_reader for line in part.splitlines() if line.startswith("- ")]
    pages_of_lines = [_LINK.findall(line) for line in lines]

    assert [part.partition(":")[0] for part in by_reader] == list(READERS)
    assert all(len(found) == 1 for found in pages_of_lines)
    assert len({link for (link,) in pages_of_lines}) == len(lines)


def tracked() -> Iterator[tuple[Path, str]]:
    """Every text file of the repository."""
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


# Put together here, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile("(?:^|[\\s\"'(=:])/" + "(?:work|root|Users|home/[a-z]+)/"),
    "a package registry": re.compile("(?:--(?:extra-)?index" + "-url|--find" + "-links|--trusted" + "-host)"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_speaks_of_one_machine(what: str) -> None:
    assert [str(path.relative_to(ROOT)) for path, text in tracked() if FORBIDDEN[what].search(text)] == []


def test_locked_requirements_name_no_host() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name
