"""Every test that the ASVS page names exists, and every requirement it lists has one or says why not."""

import ast
import re

from documents import ROOT

PAGE = ROOT / "docs" / "reference" / "asvs.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| (.+) \|$", re.MULTILINE)


def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE.read_text("utf-8"))

    assert len(named) > 60
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def test_every_requirement_has_a_test_or_a_reason() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))

    assert len(rows) > 50
    assert [number for number, _, shown in rows if not NAMED.search(shown) and len(shown) < 15] == []


def test_no_requirement_is_listed_twice() -> None:
    numbers = [
        n for listed, _, _ in ROW.findall(PAGE.read_text("utf-8")) for n in re.findall(r"[\d.]+\d", listed)
    ]

    assert len(numbers) == len(set(numbers))
