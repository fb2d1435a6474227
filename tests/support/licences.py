"""Writes the list of licences on docs/reference/licences.md, from the metadata of the locked packages.

    python tests/support/licences.py

Packages name licences in three ways: as an expression (PEP 639), in a field of any words, and as classifiers.
What is in none of these, or not as an SPDX identifier, stands in SAID.
"""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "licences.md"
LOCKS = tuple(
    ROOT / "requirements" / name for name in ("runtime.txt", "engine.txt", "report.txt", "sources.txt")
)

SAID = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "ZPL 2.1": "ZPL-2.1",
    "brotlicffi": "MIT",
    "colorama": "BSD-3-Clause",
    "pyphen": "MPL-1.1",
    "pywin32": "PSF-2.0",
    "resvg-py": "MIT",
    "tzdata": "Apache-2.0",
}
"""SPDX identifiers for words that packages use, and for packages without any word or for other systems."""

FREE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.1",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "ZPL-2.1",
    "Zlib",
}
"""Licences under which a package can be installed beside software under Apache-2.0, unchanged."""


def locked() -> dict[str, str]:
    """The packages of the locks with their versions; of several versions the first."""
    found: dict[str, str] = {}
    text = "".join(lock.read_text("utf-8") for lock in LOCKS)
    for name, version in re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", text, re.MULTILINE):
        found.setdefault(name, version)
    return found


def licence(package: str) -> str:
    """An SPDX expression. Raises LookupError where neither package nor SAID has one."""
    if package in SAID:
        return SAID[package]
    try:
        about = metadata(package)
    except PackageNotFoundError:
        raise LookupError(f"{package} is not installed, and SAID has no licence for it") from None
    classifiers = [
        c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License")
    ]
    for said in (about.get("License-Expression"), about.get("License"), *classifiers):
        words = SAID.get(said or "", said or "")
        if words and not _unknown(words):
            return words
    raise LookupError(f"the licence of {package} is in no words that SAID or FREE has")


def _unknown(expression: str) -> set[str]:
    return set(re.split(r" AND | OR ", expression)) - FREE


def rows() -> Iterator[str]:
    """The table's lines."""
    yield "| package | licence |"
    yield "| --- | --- |"
    yield from (f"| {package} | {licence(package)} |" for package in sorted(locked()))


def refresh(page: str) -> str:
    """The page with the table of today."""
    head = page.partition("| package | licence |")[0]
    return head + "\n".join(rows()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(refresh(PAGE.read_text("utf-8")), "utf-8")
