"""Which encoding Burmese is in: certain, or called unclear; other languages of the script are left alone."""

import json
import unicodedata
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zawgyi_typing import typed_for_zawgyi

from anonymisers.identity.burmese_encoding import Burmese, in_unicode, log_odds
from anonymisers.identity.normalisation import (
    canonical_identifier,
    canonical_identifiers,
    canonical_name,
    canonical_names,
)

NARRATIVES = Path(__file__).parents[2] / "data" / "narratives_desks.jsonl"
NAMES = ["မောင်အောင်ကျော်", "ဒေါ်ခင်မြင့်", "ဦးထွန်းရွှေ", "စောအယ်ဒို", "နန်းခမ်းဟွမ်", "သီတာဝင်း", "ဇော်မင်းထက်"]


def burmese() -> list[str]:
    lines = map(json.loads, NARRATIVES.read_text("utf-8").splitlines())
    return [unicodedata.normalize("NFC", line["text"]) for line in lines if line["lang"] == "my"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_in_both_encodings(name: str) -> None:
    assert in_unicode(name).text == name
    typed = typed_for_zawgyi(name)
    assert typed != name
    assert in_unicode(typed).text == name
    assert canonical_name(typed) == canonical_name(name)
    assert canonical_names([typed, "Sok Dara"]) == [canonical_name(name), "sok dara"]


def test_a_national_number_is_the_same_in_both_encodings() -> None:
    number, typed = "၁၄/မအပ(နိုင်)၁၂၃၄၅၆", "၁၄/မအပ(ႏိုင္)၁၂၃၄၅၆"
    assert canonical_identifier(typed) == canonical_identifier(number)
    assert canonical_identifiers([typed, number, "x"]) == [*[canonical_identifier(number)] * 2, "x"]


def test_narratives_in_unicode_stay_and_those_for_zawgyi_are_converted() -> None:
    for text in burmese():
        assert in_unicode(text) == Burmese(text)
        read = in_unicode(typed_for_zawgyi(text))
        assert not read.unclear
        assert read.text.replace("\u200b", "") == text.replace("\u200b", "")


@pytest.mark.parametrize(
    "text",
    [
        "မိူင်းတႆး ၸၢႆးသႅင်",  # Shan
        "ကညီကျိာ်ဒီး နီၤဖီထူး",  # Karen
        "ဘာသာမန် ဗၞာဒလ",  # Mon
        "Sok Dara 012 345 678",
        "",
    ],
)
def test_other_languages_of_the_script_stay(text: str) -> None:
    assert in_unicode(text).text == text
    assert not in_unicode(text).unclear


@pytest.mark.parametrize("word", ["မြ", "ကြ", "အခြား"])
def test_a_word_that_both_encodings_have_stays_and_is_unclear(word: str) -> None:
    read = in_unicode(word)
    assert (read.text, read.unclear) == (word, True)


def test_a_form_in_unicode_filled_in_for_zawgyi_is_read_part_by_part() -> None:
    form = "လူနာအမည် - မှတ်တမ်းစာအုပ်ပါအတိုင်း ဖြည့်ပါ\n{}"
    filled = "ေမာင္ေအာင္ေက်ာ္ သည္ မိုင္းနင္းမိသည္"
    assert in_unicode(form.format(filled)).text == form.format("မောင်အောင်ကျော် သည် မိုင်းနင်းမိသည်")


def test_the_odds_are_those_of_the_detector() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from myanmartools import ZawgyiDetector  # noqa: PLC0415 - with its warning

        detector = ZawgyiDetector()
    for text in [*NAMES, *map(typed_for_zawgyi, NAMES), "မြ", "a ကြ b", *burmese()[:5]]:
        odds = log_odds(text)
        assert detector.get_zawgyi_probability(text) == pytest.approx(1 / (1 + 2.718281828459045**odds))


@given(
    st.lists(st.sampled_from([*NAMES, *map(typed_for_zawgyi, NAMES), "Sok", " ", "\n", "မြ"])).map("".join)
)
def test_what_is_in_unicode_is_read_once_and_stands_where_it_was_typed(text: str) -> None:
    read = in_unicode(text)
    assert in_unicode(read.text).text == read.text
    if read.offsets is not None:
        assert len(read.offsets) == len(read.text) + 1
        assert read.offsets[-1] == len(text)
        assert list(read.offsets) == sorted(read.offsets)
