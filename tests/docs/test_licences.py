"""Whoever passes a copy on knows the terms of the project, of what comes with it, and of its packages."""

import re

import pytest
from documents import ROOT
from licences import FREE, PAGE, locked, refresh

NOTICE = (ROOT / "NOTICE").read_text("utf-8")
PACKAGES = ("gateway", "policies", "anonymisers", "audit")
THIRD_PARTY = ("*.ttf", "*.woff2", "*.min.js", "shapes.json")


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")

    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("pattern", THIRD_PARTY)
def test_the_work_of_others_is_named_with_its_terms(pattern: str) -> None:
    there = [path for package in PACKAGES for path in (ROOT / package).rglob(pattern)]

    assert there
    for path in there:
        name = path.relative_to(ROOT).as_posix()
        assert name in NOTICE or f"{path.parent.relative_to(ROOT).as_posix()}/*{path.suffix}" in NOTICE, name


def test_terms_that_the_notice_refers_to_are_there() -> None:
    named = re.findall(r"(?:gateway|tests)/[\w./-]+", NOTICE)

    assert len(named) >= 8
    files = [name.rstrip(".") for name in named if not name.endswith(("*", "fonts/"))]
    assert all((ROOT / name).exists() for name in files)


def test_the_page_has_each_package_of_the_lock_with_a_licence_that_permits_it() -> None:
    page = PAGE.read_text("utf-8")
    listed = dict(re.findall(r"^\| ([a-z0-9.-]+) \| (.+) \|$", page, re.MULTILINE))
    del listed["package"], listed["---"]

    assert refresh(page) == page, "run: python tests/support/licences.py"
    assert listed.keys() == locked().keys()
    assert {one for words in listed.values() for one in re.split(r" AND | OR ", words)} <= FREE


def test_the_citation_has_the_version_of_the_program() -> None:
    from gateway import __version__  # noqa: PLC0415 - only this test needs the program

    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
