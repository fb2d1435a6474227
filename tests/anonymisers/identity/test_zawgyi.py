"""Burmese for the Zawgyi font becomes Unicode, as ICU's transform has it."""

import json
import unicodedata
from pathlib import Path

import pytest
from zawgyi_typing import typed_for_zawgyi

from anonymisers.identity.zawgyi import converted, to_unicode

NARRATIVES = Path(__file__).parents[2] / "data" / "narratives_desks.jsonl"


@pytest.mark.parametrize(
    ("typed", "unicode"),
    [
        # What `uconv -x Zawgyi-my` of ICU 76 makes of it.
        ("အမည္ ေမာင္ေက်ာ္ေဇာ္ဟိန္း", "အမည် မောင်ကျော်ဇော်ဟိန်း"),
        ("ျမန္မာႏိုင္ငံ၊ ကရင္ျပည္နယ္၊ ေကာ့ကရိတ္ၿမိဳ႕", "မြန်မာနိုင်ငံ၊ ကရင်ပြည်နယ်၊ ကော့ကရိတ်မြို့"),
        ("မိုင္းနင္းမိ၍ ေျခေထာက္ျပတ္သြားသည္။", "မိုင်းနင်းမိ၍ ခြေထောက်ပြတ်သွားသည်။"),
        ("ပဥၥမ ဥကၠ႒ အႏၲရာယ္", "ပဉ္စမ ဥက္ကဋ္ဌ အန္တရာယ်"),
        ("ဦးေရႊသန္း၏ ေယာက္်ား", "ဦးရွှေသန်း၏ ယောက်ျား"),
        ("အဖြဲ႕၀င္မ်ား ၁၀ ဦး", "အဖွဲ့ဝင်များ ၁၀ ဦး"),
        ("ဘ႑ာေရး သေဘၤာ စကၤာပူ", "ဘဏ္ဍာရေး သင်္ဘော စင်္ကာပူ"),
        ("ၾသဂုတ္ ဩဇာ ၎၏", "သြဂုတ် ဩဇာ ၎င်း၏"),
        ("ခ်စ္သူႏွင့္ မွတ္ပုံတင္ ၁၄/မအပ(ႏိုင္)၁၂၃၄၅၆", "ချစ်သူနှင့် မှတ်ပုံတင် ၁၄/မအပ(နိုင်)၁၂၃၄၅၆"),
    ],
)
def test_it_reads_as_other_peoples_converter_has_it(typed: str, unicode: str) -> None:
    assert to_unicode(typed) == unicode


def burmese() -> list[str]:
    lines = map(json.loads, NARRATIVES.read_text("utf-8").splitlines())
    texts = [unicodedata.normalize("NFC", line["text"]) for line in lines if line["lang"] == "my"]
    return [text for text in texts if "\u200b" not in text]


def test_what_is_typed_for_zawgyi_comes_back() -> None:
    texts = burmese()
    assert len(texts) > 20
    for text in texts:
        typed = typed_for_zawgyi(text)
        assert typed != text
        assert to_unicode(typed) == text


def test_each_piece_stands_where_it_was_typed() -> None:
    typed = "Mr. ေအာင္ေက်ာ္ 12"
    pieces = list(converted(typed))
    assert [piece for _, piece in pieces] == ["M", "r", ".", " ", "အော", "င်", "ကျော်", " ", "1", "2"]
    assert [typed[place] for place, _ in pieces] == ["M", "r", ".", " ", "ေ", "င", "ေ", " ", "1", "2"]


def test_characters_that_nobody_sees_keep_no_mark_from_its_letter() -> None:
    assert to_unicode("ေအာင\u200b္") == "အောင်"
