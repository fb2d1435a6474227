"""Former words stay out of names: of code, files, addresses, options and classes of style."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.accounts.access_routes import ROUTES

ROOT = Path(__file__).parents[1]
CODE = ("anonymisers", "audit", "benchmarks", "gateway", "policies", "tests")
FORMER = {
    "bag": "clique",
    "bags": "cliques",
    "bench": "context of the desk",
    "blinded": "private set union",
    "canary": "fingerprint",
    "chronicle": "release history",
    "crowd": "swap partners",
    "dealer": "clique dealing",
    "dealt": "combined",
    "doors": "access routes",
    "foursomes": "moves of degree four",
    "guarding": "monitoring",
    "headcount": "running counts",
    "insider": "singleton",
    "insiders": "singletons",
    "ladder": "schedule",
    "leave": "approval",
    "mend": "correct",
    "mended": "corrected",
    "parcel": "upload batch",
    "payable": "within budget",
    "portion": "release part",
    "portions": "release parts",
    "price": "cost",
    "prices": "costs",
    "quartet": "move of degree four",
    "rung": "stage",
    "seeing": "log exchange",
    "shelf": "cube cache",
    "sighting": "witness status",
    "sightings": "witness statuses",
    "splicing": "patching",
    "standing": "status",
    "surveyor": "neighbourhood",
    "tells": "discloses",
    "told": "disclosed, reported",
    "untold": "not in the register",
}
"""Former words with the words of today (GLOSSARY.md). Prose may have them where they are English."""

KEPT = {"audit/events/count_events.py": {"told"}}
"""Names inside entries that logs hold for ever."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_OPTION = re.compile(r"--[a-z][a-z-]+")


def _files(*, below: tuple[str, ...], kind: str = "*") -> list[str]:
    found = (path for folder in below for path in (ROOT / folder).rglob(kind) if path.is_file())
    return sorted(str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts)


def _code() -> list[str]:
    return [name for name in _files(below=CODE, kind="*.py") if "migrations/versions" not in name]


def _former(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)} & FORMER.keys()


def _names(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.name.startswith("test_"):  # a sentence
                yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _OPTION.findall(node.value) if node.value.startswith("--") else ()


def former_names(source: str) -> dict[str, set[str]]:
    return {name: found for name in _names(source) if (found := _former(name))}


def test_no_name_in_the_code_has_a_former_word() -> None:
    broken = {}
    for path in _code():
        found = former_names((ROOT / path).read_text(encoding="utf-8"))
        left = {name: words for name, words in found.items() if words - KEPT.get(path, set())}
        if left:
            broken[path] = left
    assert broken == {}


def test_no_file_has_a_former_word_in_its_name() -> None:
    files = _files(below=(*CODE, "docs/explanation", "docs/how-to", "docs/reference", "docs/tutorial"))
    assert {path for path in files if _former(Path(path).stem)} == set()


def test_no_address_has_a_former_word() -> None:
    assert {rule for rule in ROUTES if _former(rule)} == set()


def test_no_style_class_has_a_former_word() -> None:
    styles = (ROOT / "gateway/web/static/safelane.css").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"\.([a-z][a-z0-9-]*)", styles) if _former(name)} == set()


@pytest.mark.parametrize(
    "source",
    ["def give_leave(): ...", "class Shelf: ...", "told = 1", "def f(insiders): ...", "x = ['--portion']"],
)
def test_a_former_word_is_found(source: str) -> None:
    assert former_names(source)
