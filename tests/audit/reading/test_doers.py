"""Of every kind of entry it is said who made it: a program, a duty, or a person who is committed to."""

from dataclasses import fields

from audit.events.events import EVENTS
from audit.reading.doers import NAMELESS, doer


def test_an_entry_without_a_person_is_some_programs_or_dutys() -> None:
    for (kind, _), event in EVENTS.items():
        names_a_person = "actor" in {field.name for field in fields(event)}
        assert names_a_person or doer(kind) is not NAMELESS, kind


def test_words_say_which_program() -> None:
    assert doer("released") == "the hub's program"
    assert doer("cube-certified") == "the node's program"
    assert doer("waits-for-leave") == doer("approval-awaited")
    assert doer("asked") == "a person whose name is not kept here"
