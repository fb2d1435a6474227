"""Addresses as chains of parts: what stands between, before and behind them goes too, and the story stays."""

import pytest

from anonymisers.redaction.engine.engine import Engine, engine


@pytest.fixture(scope="module")
def ours() -> Engine:
    return engine()


@pytest.mark.parametrize(
    ("language", "text", "redacted"),
    [
        (
            "en",
            "He stays at House 12B, behind Wat Svay Leu, Street 19, Sangkat Chey, Phnom Penh.",
            "He stays at <ADDRESS>, Phnom Penh.",
        ),
        ("en", "send it to p.o. box 1174, 89108 kota marudu, sabah", "send it to <ADDRESS>, sabah"),
        (
            "vi",
            "chị ở hẻm 45 đường trần phú, nhà số 45/12b, p.5, tx ba đồn, quảng bình",
            "chị ở <ADDRESS>, quảng bình",
        ),
        ("id", "antar ke gg. mangga 2 no 7 rt 03/rw 05 kel. batu merah ya", "antar ke <ADDRESS> ya"),
        ("tl", "nasa #27-c purok 5 sampaguita st. brgy lower bicutan po", "nasa <ADDRESS> po"),
        ("tet", "ba bairru pite, aldeia rai mean, uma nu 32 kotuk husi kapela.", "ba <ADDRESS>."),
        ("th", "อยู่ที่ หลัก กม.14 ถนนสายเหนือ ตรงข้ามปั๊มเก่า ต.ทัพเสด็จ อ.ตาพระยา", "อยู่ที่ <ADDRESS>"),
        ("my", "အိမ်အမှတ် ၁၂/ခ၊ အကွက် ၅၊ ဟိုပုံးလမ်းဟောင်း၊ ညောင်ဖြူရပ်ကွက်", "<ADDRESS>"),
        ("lo", "ຢູ່ ຫຼັກ 52 ທາງເລກ 9 ບ້ານຜາລານ ເມືອງພີນ", "ຢູ່ <ADDRESS>"),
        ("km", "នៅ បន្ទប់លេខ 6 ជាន់ទី2 ក្រោយវត្តចាស់ ភូមិកំពង់សីមា", "នៅ <ADDRESS>"),
    ],
)
def test_an_address_goes_with_what_stands_between_its_parts(
    ours: Engine, language: str, text: str, redacted: str
) -> None:
    assert ours.redact(text, language=language).text == redacted


@pytest.mark.parametrize(
    ("language", "text", "redacted"),
    [
        (
            "en",
            "Found near Ban Xieng Khong. National ID no longer known.",
            "Found near <VILLAGE>. National ID no longer known.",
        ),
        (
            "en",
            "She comes from Suco Malere and carried 14 kg; they rested.",
            "She comes from <VILLAGE> and carried 14 kg; they rested.",
        ),
        (
            "vi",
            "Bà ở thôn An Nha cho biết tai nạn xảy ra khi đang rà phế liệu.",
            "Bà ở <VILLAGE> cho biết tai nạn xảy ra khi đang rà phế liệu.",
        ),
        ("th", "แรงระเบิดทำให้บ้าน 3 หลังเสียหาย", "แรงระเบิดทำให้บ้าน 3 หลังเสียหาย"),
    ],
)
def test_the_story_beside_a_village_stays(ours: Engine, language: str, text: str, redacted: str) -> None:
    assert ours.redact(text, language=language).text == redacted


def test_the_postcode_behind_a_province_goes(ours: Engine) -> None:
    text = "Dusun Fatubesi, RT 011 RW 004, Desa Silawan, Nusa Tenggara Timur 85752, Indonesia"
    assert ours.redact(text, language="id").text == "<ADDRESS>, Nusa Tenggara Timur <ADDRESS>, Indonesia"
