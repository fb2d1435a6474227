"""A compressed text is read line by line, and is the same as read whole."""

import hashlib
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.proof.certificate import split_lines
from anonymisers.tables.compressed_lines import AT_ONCE, CompressedLines


@settings(max_examples=30)
@given(st.text(st.sampled_from("ab\n\u1780 ")))
def test_the_lines_are_those_of_the_text(text: str) -> None:
    whole = text.encode()
    lines = CompressedLines(zlib.compress(whole))
    assert list(lines) == list(split_lines(text)) == text.split("\n")
    assert (lines.read, lines.digest()) == (len(whole), hashlib.sha256(whole).digest())


def test_lines_go_over_what_is_taken_at_once() -> None:
    text = "\n".join(str(n) for n in range(3 * AT_ONCE))
    packed = zlib.compress(text.encode(), 0)
    assert len(packed) > 3 * AT_ONCE
    assert list(CompressedLines(packed)) == text.split("\n")


def test_neither_too_little_nor_too_much_is_a_whole_text() -> None:
    packed = zlib.compress(b"one\ntwo")
    for damaged in (packed[:-1], packed + b"x", b""):
        with pytest.raises(zlib.error):
            list(CompressedLines(damaged))
