"""A sentence comes through to another process with the text and the values that it was made of."""

import json
from datetime import UTC, datetime

import pytest

from audit.reading.messages import Message, message
from gateway.member.node.sentences import as_json, from_json
from policies.model.messages import message as said_by_policy


@pytest.mark.parametrize("sentence", [
    "plain, 100 %",
    message("%(n)s rows are read", n=12000),
    message("%(n)s of %(all)s: %(step)s", n=1, all=2, step=Message("searching", {})),
    message("100 %% of %(file)s", file="50 %.csv"),
    said_by_policy("version %(version)s", version=3),
])  # fmt: skip
def test_a_sentence_comes_through_whole(sentence: str) -> None:
    found = from_json(json.loads(json.dumps(as_json(sentence))))

    assert found == sentence
    assert as_json(found) == as_json(sentence)
    assert isinstance(found, Message) == (not sentence.startswith("plain"))


def test_a_time_is_no_part_of_such_a_sentence() -> None:
    with pytest.raises(TypeError):
        as_json(message("at %(time)s", time=datetime(2026, 3, 1, tzinfo=UTC)))
