"""docs/reference/log-entries.md describes exactly the events and fields that there are, in today's words."""

import re
from dataclasses import fields

from entries_page import PAGE, described, page

from audit.events.events import EVENTS
from audit.events.field_descriptions import COMMON, SPECIAL


def test_every_event_is_described_with_every_field() -> None:
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    there = {}
    for section in sections:
        heading = re.match(r"`(?P<type>[a-z-]+)` \(version (?P<version>\d+)\)\n", section)
        assert heading is not None, section
        there[heading["type"], int(heading["version"])] = re.findall(
            r"^\| `([a-z_]+)` \| .+ \|$", section, re.MULTILINE
        )
    assert there == {
        kind: [cls.FORMER_FIELDS.get(f.name, f.name) for f in fields(cls)] for kind, cls in EVENTS.items()
    }


def test_the_page_is_made_from_the_classes_and_descriptions_of_today() -> None:
    """`python tests/support/entries_page.py` brings the page up to date."""
    assert PAGE.read_text("utf-8") == page(PAGE.read_text("utf-8"))


def test_every_description_is_used() -> None:
    used = {described(kind, each.name) for kind in EVENTS.values() for each in fields(kind)}
    special = [text for texts in SPECIAL.values() for text in texts.values()]

    assert {*COMMON.values(), *special} <= used
    assert set(SPECIAL) <= {kind for kind, _ in EVENTS}
