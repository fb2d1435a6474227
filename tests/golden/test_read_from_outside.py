"""The page of what is read from outside names every reader that the fuzzer tries."""

import re
from pathlib import Path

from outside.all_readers import all_readers

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "read-from-outside.md"


def test_the_page_has_a_row_for_every_reader() -> None:
    figures = PAGE.read_text("utf-8").partition("## What was found")[0]
    listed = re.findall(r"^\| ([^|-][^|]*?) \| [\d,-]+ \|", figures, re.MULTILINE)

    # Readers of Access databases need a program of the system.
    assert set(listed) - set(all_readers()) <= {"a register .accdb", "a register .mdb"}
    assert set(all_readers()) <= set(listed)


def test_every_reader_begins_with_inputs_that_it_accepts() -> None:
    """Otherwise a change of an input goes no further than the first line that is wrong anyway."""
    tried = {name: one for name, one in all_readers().items() if not name.startswith(SLOW)}

    assert len(tried) > 70
    assert [name for name, one in tried.items() if not all(map(one.tried, one.begins))] == []


SLOW = ("a narrative", "a request to", "a register .", "a table .")
"""Readers that start a server, an engine or another program."""
