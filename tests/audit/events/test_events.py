"""What an entry of the log says, and its one spelling in bytes."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import logged
import pytest
from any_events import any_event
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import EntryTooLargeError, MalformedError
from audit.events import events
from audit.events.event_values import CoarseShare, CoarseSize, EntryRef, Filter
from audit.events.events import EVENTS, Event
from audit.formats.canonical import canonical_json
from audit.formats.commitment import Commitment


@given(any_event())
def test_every_event_is_read_as_it_was_written(event: Event) -> None:
    data = events.encode(event)
    assert events.decode(data) == event
    assert events.encode(events.decode(data)) == data
    assert events.kind_of(data) == event.TYPE


@given(any_event(), st.data())
def test_a_changed_or_added_byte_never_reads_as_the_same_event(event: Event, data: st.DataObject) -> None:
    written = bytearray(events.encode(event))
    position = data.draw(st.integers(0, len(written) - 1))
    if data.draw(st.booleans()):
        written[position] ^= data.draw(st.integers(1, 255))
    else:
        written[position:position] = data.draw(st.sampled_from(b' 0-,"[]{}\\').map(lambda byte: [byte]))
    try:
        read = events.decode(bytes(written))
    except MalformedError:
        return
    assert read != event
    assert events.encode(read) == bytes(written)


AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
POLICY = logged.policy("3", text=Commitment(bytes(32)), effect=Commitment(bytes(32)), at=AT)


def test_an_entry_is_readable_by_a_person() -> None:
    """Pinned: the bytes of an event once logged must stay the same for ever."""
    assert events.encode(POLICY).decode() == (
        '{"at":"2026-01-02T03:04:05Z","effect":"' + "0" * 64 + '","member":"KH","policy_version":"3",'
        '"step":"first","text":"' + "0" * 64 + '","type":"policy-in-force","version":1}'
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version":1', '"version":2'),
        ('"version":1', '"version":true'),
        ('"version":1', '"version":1.0'),
        ('"version":1', '"version":1,"version":1'),
        ('"type":"policy-in-force"', '"type":"unheard-of"'),
        ('"type":"policy-in-force"', '"type":["policy-in-force"]'),
        ('"member":"KH"', '"member":7'),
        ('"member":"KH"', '"member":null'),
        ('"member":"KH"', '"member":"\\u004bH"'),
        ('"member":"KH"', '"member":"\\ud800"'),
        ('"member":"KH",', ""),
        ('"member":"KH"', '"member":"KH","more":1'),
        ('"member":"KH"', '"member":"KH","member":"KH"'),
        ('"member":"KH"', '"member":"K\x1fH"'),
        ('"version":1', '"version":01'),
        ('"policy_version":"3","step":"first"', '"step":"first","policy_version":"3"'),
        ('"at":"2026-01-02T03:04:05Z"', '"at":"2026-1-2T3:4:5Z"'),
        ('"at":"2026-01-02T03:04:05Z"', '"at":"2026-01-02T03:04:05+00:00"'),
        ('"at":"2026-01-02T03:04:05Z"', '"at":"2026-02-30T03:04:05Z"'),
        ("0" * 64, "0" * 63),
        ("0" * 64, "A" * 64),
        ("{", " {"),
        ("}", "}\n"),
        ("{", "[" * 5000 + "{"),
        ("{", "[{"),
    ],
)
def test_an_entry_has_one_spelling(old: str, new: str) -> None:
    written = events.encode(POLICY).decode()
    assert old in written
    with pytest.raises(MalformedError):
        events.decode(written.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b"\xff", b"1" * 5000, b"[" * 65000, bytes(70_000)]
)
def test_what_is_no_event_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        events.decode(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without a zone is what is refused
        {"at": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=7)))},
        {"member": 7},
        {"text": "00"},
        {"member": CoarseSize.FEW},
        {"step": "first"},
    ],
)
def test_a_field_of_the_wrong_type_is_refused_when_the_event_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        logged.policy(**wrong)


def test_nested_fields_are_checked_too() -> None:
    with pytest.raises(MalformedError):
        logged.refused(asked=EntryRef("o", 0, bytes(31)))
    with pytest.raises(MalformedError):
        logged.refused(reasons=(7,))


def test_a_time_is_brought_to_utc_and_whole_seconds() -> None:
    phnom_penh = timezone(timedelta(hours=7))
    assert events.whole_second(datetime(2026, 1, 2, 10, 4, 5, 999, tzinfo=phnom_penh)) == AT
    with pytest.raises(MalformedError):
        events.whole_second(datetime(2026, 1, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("count", "size"),
    [(0, "none"), (1, "1-9"), (9, "1-9"), (10, "10-99"), (999, "100-999"), (1000, "1000+"), (10**9, "1000+")],
)
def test_sizes_are_coarse(count: int, size: str) -> None:
    assert CoarseSize.of(count) == size


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(0, 0, "few"), (0, 9, "few"), (24, 100, "few"), (25, 100, "some"), (49, 100, "some"), (1, 2, "many"),
     (9, 9, "many")],
)  # fmt: skip
def test_shares_are_coarse_and_none_looks_like_few(part: int, whole: int, share: str) -> None:
    assert CoarseShare.of(part, whole) == share


@pytest.mark.parametrize(("part", "whole"), [(-1, 3), (4, 3), (0, -1)])
def test_a_share_of_nothing_sensible_is_refused(part: int, whole: int) -> None:
    with pytest.raises(MalformedError):
        CoarseShare.of(part, whole)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(MalformedError):
        CoarseSize.of(-1)


def test_an_event_that_no_bundle_can_hold_is_refused() -> None:
    where = (Filter("sex", ("F" * 66_000,)),)
    with pytest.raises(EntryTooLargeError):
        events.encode(logged.asked(where=where))


def test_every_event_has_its_own_type() -> None:
    kinds = [kind for kind in _all(Event) if "TYPE" in vars(kind)]
    assert set(EVENTS.values()) == set(kinds)
    assert len(EVENTS) == len(kinds)


def _all(kind: type[Event]) -> list[type[Event]]:
    return [each for child in kind.__subclasses__() for each in (child, *_all(child))]


def test_canonical_json_refuses_what_it_cannot_spell() -> None:
    with pytest.raises(MalformedError):
        canonical_json({"x": "\ud800"})
