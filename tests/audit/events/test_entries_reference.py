"""docs/reference/log-entries.md describes exactly the events and fields that there are."""

import re
from dataclasses import fields
from pathlib import Path

from audit.events.events import EVENTS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "log-entries.md"


def test_every_event_is_described_with_every_field() -> None:
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    described = {}
    for section in sections:
        heading = re.match(r"`(?P<type>[a-z-]+)` \(version (?P<version>\d+)\)\n", section)
        assert heading is not None, section
        described[heading["type"], int(heading["version"])] = re.findall(
            r"^\| `([a-z_]+)` \| .+ \|$", section, re.MULTILINE
        )
    assert described == {kind: [f.name for f in fields(cls)] for kind, cls in EVENTS.items()}
