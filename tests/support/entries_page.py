"""The reference of log entries, made from the classes of events and the descriptions of their fields.

`python tests/support/entries_page.py` writes the sections of `docs/reference/log-entries.md` anew. The text
before the first section is written by hand, and stays.
"""

import sys
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from inspect import cleandoc
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from audit.events.events import EVENTS, Event  # noqa: E402 - found by the path above
from audit.events.field_descriptions import COMMON, SPECIAL  # noqa: E402
from audit.events.former_events import present_type  # noqa: E402
from audit.formats.commitment import Commitment  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "log-entries.md"


def page(present: str) -> str:
    """The page as it is to be: the prose of the present page, and a section for each event."""
    prose, *_ = present.partition("\n## ")
    return f"{prose.rstrip()}\n\n" + "\n".join(_section(kind) for kind in EVENTS.values())


def _section(kind: type[Event]) -> str:
    lines = [
        f"## `{kind.TYPE}` (version {kind.VERSION})",
        _prose(kind),
        "",
        "| field | content |",
        "| --- | --- |",
    ]
    return "\n".join([*lines, *_rows(kind), ""])


def _prose(kind: type[Event]) -> str:
    """The docstring of a class; each paragraph on one line. None of the code is null in an entry."""
    paragraphs = cleandoc(kind.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()).replace(" None ", " null ") for each in paragraphs)


def _rows(kind: type[Event]) -> Iterator[str]:
    hints = get_type_hints(kind)
    for each in fields(kind):
        name = kind.FORMER_FIELDS.get(each.name, each.name)
        yield f"| `{name}` | {_content(hints[each.name], described(kind, each.name))} |"


def described(kind: type[Event], field: str) -> str:
    """The description of a field. Raises KeyError for a field without one."""
    special = SPECIAL.get(present_type(kind.TYPE), {})
    return special[field] if field in special else COMMON[field]


def _content(kind: Any, text: str) -> str:
    """A description with what the type of the field says."""
    optional = NoneType in get_args(kind)
    (inner,) = (k for k in get_args(kind) if k is not NoneType) if optional else (kind,)
    if inner is Commitment:
        text = f"*commitment* to {text}"
    elif isinstance(inner, type) and issubclass(inner, StrEnum):
        text = f"{text}: {', '.join(f'`{word}`' for word in inner)}"
    return f"{text}; or null" if optional and "null" not in text else text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
