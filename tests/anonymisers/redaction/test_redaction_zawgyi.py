"""Burmese for the Zawgyi font loses what Burmese in Unicode loses."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from made_engine import Engine, engine
from zawgyi_typing import typed_for_zawgyi

from anonymisers.identity.zawgyi import to_unicode

CORPUS = Path(__file__).parents[2] / "data" / "narratives_desks.jsonl"


@pytest.fixture(scope="module")
def ours() -> Engine:
    return engine()


def test_a_narrative_for_zawgyi_comes_back_redacted_and_in_unicode(ours: Engine) -> None:
    redacted = ours.redact("သူ၏အမည္မွာ ေမာင္ေအာင္ေက်ာ္ ျဖစ္သည္။ မိုင္းနင္းမိသည္။")
    assert redacted.text == "သူ၏အမည်မှာ <PERSON> ဖြစ်သည်။ မိုင်းနင်းမိသည်။"


def test_every_narrative_loses_the_same_in_both_encodings(ours: Engine) -> None:
    lines = map(json.loads, CORPUS.read_text("utf-8").splitlines())
    texts = [unicodedata.normalize("NFC", line["text"]) for line in lines if line["lang"] == "my"]
    texts = [text for text in texts if "\u200b" not in text]
    assert len(texts) > 20
    for text in texts:
        typed = typed_for_zawgyi(text)
        redacted = ours.redact(typed, language="my")
        assert redacted.text == ours.redact(text, language="my").text
        left, at = [], 0
        for start, end, _ in redacted.spans:
            assert at <= start < end <= len(typed)
            left.append(to_unicode(typed[at:start]))
            at = end
        left.append(to_unicode(typed[at:]))
        assert left == re.split("<[A-Z_]+>", redacted.text or "")


@pytest.mark.parametrize("in_zawgyi", ["narrative", "record"])
def test_a_record_is_known_whichever_encoding_its_name_has(ours: Engine, in_zawgyi: str) -> None:
    story, name = "ထိုနေ့က သီတာဝင်း မိုင်းနင်းမိသည်။", "သီတာဝင်း"
    if in_zawgyi == "narrative":
        story = typed_for_zawgyi(story)
    else:
        name = typed_for_zawgyi(name)
    redacted = ours.redact(story, language="my", known={"name": name})
    assert redacted.text == "ထိုနေ့က <PERSON> မိုင်းနင်းမိသည်။"
