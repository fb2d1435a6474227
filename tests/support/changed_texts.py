"""What is valid, changed anywhere: inputs for readers of what comes from outside."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

MORE = 60
"""How many times as many inputs `make explore` draws."""


def tried(examples: int) -> settings:
    """Settings of a test that tries so many inputs in every run, and many more in `make explore`."""
    more = MORE if settings.get_current_profile_name() == "explore" else 1
    return settings(max_examples=examples * more, suppress_health_check=list(HealthCheck))


NUMBERS = st.integers() | st.sampled_from([0, -1, 2**53, 2**63, 10**400]) | st.floats()
WORDS_OF_STRANGERS = [
    "",
    "\0",
    "\ud800",
    "9" * 5000,
    "=1",
    "../../etc",
    "{}",
    "[",
    "-0",
    "1e999",
    "٣",
    "x" * 3000,
    "a\nb",
    "\u202e",
    "//[",
    "-1",
    "99999999999999999999",
    "2024-02-30",
    "0",
]
"""Texts that readers of them should have thought of."""
WORDS = st.text(max_size=20) | st.sampled_from(WORDS_OF_STRANGERS)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
) | st.builds(lambda: [[[[[[[[[[]]]]]]]]]])

PIECES = [b"\n", b"\n\n", b" ", b"-", b":", b"\r\n", b"\xff\xfe", b"[" * 50_000]


@st.composite
def changed_json(draw: st.DrawFn, documents: list[Any]) -> Any:
    """One of some documents, in which up to three places say something else, are gone or stand twice."""
    changed = [deepcopy(draw(st.sampled_from(documents)))]
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        way = draw(st.sampled_from(["other", "other", "gone", "more"]))
        if way == "other" or holder is changed:
            holder[key] = draw(VALUES)
        elif way == "gone":
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        else:
            holder[draw(WORDS)] = deepcopy(holder[key])
    return changed[0]


def _places(holder: Any) -> Any:
    inside = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in list(inside):
        yield holder, key
        if isinstance(value, dict | list):
            yield from _places(value)


@st.composite
def changed_bytes(draw: st.DrawFn, texts: list[bytes]) -> bytes:
    """One of some texts, in which up to three pieces are others, are gone, or stand twice or elsewhere."""
    data = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(
            st.binary(max_size=8)
            | WORDS.map(lambda word: word.encode("utf-8", "surrogatepass"))
            | st.sampled_from(
                [b"\n", b"\n\n", b" ", b"-", b":", b"\r\n", b"\xff\xfe", b"[" * 50_000, data[start:end] * 2]
            )
        )
        data = data[:start] + piece + data[end:]
    return data


def as_text(data: bytes) -> str:
    """A text of any bytes, also with halves of surrogate pairs."""
    return data.decode("utf-8", "surrogateescape")
