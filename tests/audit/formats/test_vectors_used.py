"""No published vector lies unused: each is named by a test of the package."""

import re
from pathlib import Path
from typing import Any

RULES = {"about", "consistency_from_empty"}
"""Words, not cases: consistency from the empty log is tested in test_merkle.py and test_witness.py."""


def test_every_vector_is_named_by_a_test(vectors: dict[str, Any]) -> None:
    tests = "".join(
        path.read_text("utf-8")
        for path in Path(__file__).parents[1].rglob("test_*.py")
        if path.name != Path(__file__).name
    )
    named = set(re.findall(r"[a-z0-9_]+", tests))
    cases = {name: {name, f"{name}_vector"} for name in vectors.keys() - RULES}
    assert [name for name, words in cases.items() if not words & named] == []
