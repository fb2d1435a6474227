"""The page that says where each rule stands names files that are there, and what is defined in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT

from gateway.dictionary.load import regional

PAGE = ROOT / "docs" / "reference" / "where-each-rule-stands.md"
_CODE = re.compile(r"`([^`]+)`")
_FILE = re.compile(r"`((?:policies|anonymisers|audit|gateway)/[\w/.]+)`")


def places() -> list[tuple[str, str, str]]:
    """Question, file and name of each row of the page's table."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text("utf-8").splitlines() if line[:1] == "|"]
    return [(question.strip(), _only(file), _only(name)) for question, file, name, _ in rows[2:]]


def _only(cell: str) -> str:
    (code,) = _CODE.findall(cell)
    return str(code)


def defined(path: Path) -> set[str]:
    """The names of a module's own functions, classes and tables; the top keys of a YAML file."""
    text = path.read_text("utf-8")
    if path.suffix == ".yaml":
        return set(re.findall(r"^(\w+):", text, re.MULTILINE))
    return set(_names(ast.parse(text)))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def test_twelve_questions_are_answered_each_by_one_place() -> None:
    questions = [question for question, _, _ in places()]

    assert len(set(questions)) == len(questions) == 12
    assert all(question.endswith("?") for question in questions)


@pytest.mark.parametrize(("question", "file", "name"), places())
def test_the_place_is_there(question: str, file: str, name: str) -> None:
    assert (ROOT / file).is_file(), question
    assert name in defined(ROOT / file), question


def test_every_file_named_beside_is_there() -> None:
    named = _FILE.findall(PAGE.read_text("utf-8"))

    assert [file for file in named if not (ROOT / file).is_file()] == []


def test_what_is_only_imported_does_not_stand_in_a_module(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "from elsewhere import far\nTABLE: int = 1\n\ndef near() -> None:\n    inner = 1\n", "utf-8"
    )

    assert defined(module) == {"TABLE", "near"}


def test_the_words_of_the_region_are_read_from_the_file_that_is_named() -> None:
    (file,) = [file for _, file, name in places() if name == "dimensions"]

    assert regional().version in (ROOT / file).read_text("utf-8")
