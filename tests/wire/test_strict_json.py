"""JSON from outside is read whole, or refused with a ValueError, whatever it is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.strict_json import DEEPEST, strict_json

NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
)


@given(value=VALUES)
@settings(max_examples=20)
def test_what_is_small_is_read_as_it_was_written(value: object) -> None:
    assert strict_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        "9" * 20_000,
        '{"a": [' + "9" * 20_000 + "]}",
        str(2**63),
        str(-(2**63)),
        "1e999",
        "NaN",
        "[-Infinity]",
        "",
        "{}{}",
        b"\xff\xfe[\x00]\x00",
        b'"\xc3"',
    ],
)
def test_what_nobody_can_handle_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"nested|large|finite|Expecting|Extra|codec|digits"):
        strict_json(text)


def test_the_deepest_that_is_read() -> None:
    assert strict_json("[" * DEEPEST + "]" * DEEPEST)


@given(data=st.binary() | st.text(alphabet='[]{}",:0123456789eE+-. \\u\ud800'))
def test_nothing_else_is_raised(data: str | bytes) -> None:
    try:
        strict_json(data)
    except ValueError:
        return
