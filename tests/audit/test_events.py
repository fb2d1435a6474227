"""What an entry of the log says, and its one spelling in bytes."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import events
from audit.canonical import canonical_json
from audit.commitment import Commitment
from audit.errors import EntryTooLargeError, MalformedError
from audit.events import EVENTS, Asked, CoarseSize, EntryRef, Event, Filter, PolicyInForce, Refused

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
FIELD_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    str | None: st.none() | TEXT,
    int: st.integers(0, 2**63 - 1),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=0)),
    Commitment: st.binary(min_size=32, max_size=32).map(Commitment),
    CoarseSize: st.sampled_from(CoarseSize),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
    tuple[Filter, ...]: st.lists(
        st.builds(Filter, TEXT, st.lists(TEXT, max_size=3).map(tuple)), max_size=2
    ).map(tuple),
}
REFS = st.builds(EntryRef, TEXT, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
FIELD_VALUES |= {EntryRef: REFS, EntryRef | None: st.none() | REFS}


@st.composite
def any_event(draw: st.DrawFn) -> Event:
    cls = draw(st.sampled_from(sorted(EVENTS.values(), key=lambda c: c.TYPE)))
    hints = get_type_hints(cls)
    return cls(**{f.name: draw(FIELD_VALUES[hints[f.name]]) for f in fields(cls)})


@given(any_event())
def test_every_event_is_read_as_it_was_written(event: Event) -> None:
    data = events.encode(event)
    assert events.decode(data) == event
    assert events.encode(events.decode(data)) == data


@given(any_event(), st.data())
def test_a_changed_byte_never_reads_as_the_same_event(event: Event, data: st.DataObject) -> None:
    written = bytearray(events.encode(event))
    position = data.draw(st.integers(0, len(written) - 1))
    written[position] ^= data.draw(st.integers(1, 255))
    try:
        read = events.decode(bytes(written))
    except MalformedError:
        return
    assert read != event
    assert events.encode(read) == bytes(written)


AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
POLICY = PolicyInForce("KH", "3", Commitment(bytes(32)), AT)


def test_an_entry_is_readable_by_a_person() -> None:
    """Pinned: the bytes of an event once logged must stay the same for ever."""
    assert events.encode(POLICY).decode() == (
        '{"at":"2026-01-02T03:04:05Z","member":"KH","policy_version":"3","text":"' + "0" * 64 + '",'
        '"type":"policy-in-force","version":1}'
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
    ],
)
def test_a_field_of_the_wrong_type_is_refused_when_the_event_is_made(wrong: dict[str, Any]) -> None:
    good = {"member": "KH", "policy_version": "3", "text": Commitment(bytes(32)), "at": AT}
    with pytest.raises(MalformedError):
        PolicyInForce(**good | wrong)


def test_nested_fields_are_checked_too() -> None:
    with pytest.raises(MalformedError):
        Refused("q", "KH", EntryRef("o", 0, bytes(31)), None, None, (), AT)
    with pytest.raises(MalformedError):
        Refused("q", "KH", None, None, None, (7,), AT)  # type: ignore[arg-type]


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


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(MalformedError):
        CoarseSize.of(-1)


def test_an_event_that_no_bundle_can_hold_is_refused() -> None:
    where = (Filter("sex", ("F" * 66_000,)),)
    asked = Asked("q", Commitment(bytes(32)), "ARMAC", "analyst", "p", "m", (), where, ("KH",), AT, AT)
    with pytest.raises(EntryTooLargeError):
        events.encode(asked)


def test_every_event_has_its_own_type() -> None:
    subclasses = Event.__subclasses__()
    assert set(EVENTS.values()) == set(subclasses)
    assert len(EVENTS) == len(subclasses)


def test_canonical_json_refuses_what_it_cannot_spell() -> None:
    with pytest.raises(MalformedError):
        canonical_json({"x": "\ud800"})
