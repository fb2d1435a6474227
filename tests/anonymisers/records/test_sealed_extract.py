"""A sealed extract: for one reader, until a day, and marked; whatever was changed does not open."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import ExtractError, ExtractExpiredError, KeyStoreError, RecordsError
from anonymisers.identity.sealed_messages import new_private, public_of, public_text
from anonymisers.records.fingerprint import FEWEST_NEIGHBOURS, fingerprint, order_similarity, record_order
from anonymisers.records.sealed_extract import (
    Content,
    Label,
    moment_text,
    opened_extract,
    read_label,
    sealed_extract,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PRIVATE = b"\x07" * 32
LABEL = Label(
    id="x-1",
    member="KH",
    recipient="ARMAC",
    purpose="research",
    epoch=1,
    reader=public_text(public_of(PRIVATE)),
    made=moment_text(NOW),
    expires=moment_text(NOW + timedelta(days=30)),
)
CONTENT = Content(("person", "place"), (("p1.1.X", "KH-2"), ("p1.1.Y", "KH-1")), ("For ARMAC only.",), "0123")
FILE = sealed_extract(LABEL, CONTENT)


def test_the_reader_opens_it_before_its_time_is_over() -> None:
    assert opened_extract(FILE, PRIVATE, NOW) == (LABEL, CONTENT)
    with pytest.raises(ExtractExpiredError, match="until 2026-12-25"):
        opened_extract(FILE, PRIVATE, NOW + timedelta(days=30))


def test_nobody_else_opens_it_and_its_outside_shows_nobody() -> None:
    with pytest.raises(KeyStoreError, match="does not open"):
        opened_extract(FILE, new_private(), NOW)
    assert b"KH-2" not in FILE
    assert read_label(FILE) == LABEL


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "somebody else"},
        {"purpose": "anything"},
        {"expires": moment_text(NOW + timedelta(days=900))},
        {"epoch": 2},
        {"member": "LA"},
    ],
)
def test_a_label_cannot_be_exchanged(change) -> None:
    document = json.loads(FILE)
    document["label"] |= change
    changed = (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()
    with pytest.raises(KeyStoreError, match="does not open"):
        opened_extract(changed, PRIVATE, NOW)


@given(data=st.data())
def test_a_damaged_file_is_an_error_of_ours(data) -> None:
    at = data.draw(st.integers(0, len(FILE) - 1))
    damaged = FILE[:at] + bytes([FILE[at] ^ data.draw(st.integers(1, 255))]) + FILE[at + 1 :]
    with pytest.raises((ExtractError, KeyStoreError)):
        opened_extract(damaged, PRIVATE, NOW)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"format": "safelane-extract/v1"}', b"[" * 9000]
)
def test_what_is_no_extract_is_refused(data: bytes) -> None:
    with pytest.raises(ExtractError, match="not an extract"):
        opened_extract(data, PRIVATE, NOW)


def test_a_reader_without_a_key_gets_nothing() -> None:
    with pytest.raises(KeyStoreError, match="not a public key"):
        sealed_extract(replace(LABEL, reader="slx1.nothing"), CONTENT)


def test_what_is_sealed_is_not_text() -> None:
    sealed = base64.b64decode(json.loads(FILE)["sealed"])
    assert b"person" not in sealed


@given(key=st.binary(min_size=32, max_size=32), count=st.integers(0, 200))
def test_every_copy_has_an_order_and_a_mark_of_its_own(key: bytes, count: int) -> None:
    assert sorted(record_order(key, count)) == list(range(count))
    assert record_order(key, count) == record_order(key, count)
    assert len(fingerprint(key)) == 16


def test_a_copy_is_recognised_by_its_order_even_in_part() -> None:
    records = [f"p{n}" for n in range(400)]
    copies = [[records[i] for i in record_order(bytes([n]) * 32, 400)] for n in (1, 2)]
    part = copies[0][37:231]
    assert order_similarity(part, copies[0]) == 1.0
    assert 0.3 < order_similarity(part, copies[1]) < 0.7
    assert 0.3 < order_similarity(sorted(part), copies[0]) < 0.7  # sorted, the order is gone


def test_too_little_of_a_copy_says_nothing() -> None:
    records = [f"p{n}" for n in range(FEWEST_NEIGHBOURS)]
    with pytest.raises(RecordsError, match="too few records"):
        order_similarity(records, records)
