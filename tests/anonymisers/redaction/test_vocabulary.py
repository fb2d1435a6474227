"""Names that a vocabulary tells: glued to verbs, in rows and numbered lists, and typed in small letters."""

import pytest

from anonymisers.redaction.engine.finder import find
from anonymisers.redaction.profiles import RANGES
from anonymisers.redaction.recognisers.script_names import script_spans
from anonymisers.redaction.spans import Kind
from anonymisers.redaction.vocabulary import Sort, indonesian, vocabulary

LANGUAGES = {"Khmer": "km", "Lao": "lo", "Thai": "th", "Myanmar": "my"}


def left(text: str, language: str) -> str:
    """The text without what was found."""
    found = find(text, language, None).spans
    removed = {i for span in found for i in range(span.start, span.end)}
    return "".join(char for i, char in enumerate(text) if i not in removed)


@pytest.mark.parametrize(
    ("script", "stretch", "pieces"),
    [
        ("Thai", "แล้วสายพิณล้ม", [("แล้ว", Sort.WORD), ("สายพิณ", Sort.NAME), ("ล้ม", Sort.WORD)]),
        ("Thai", "กฟฤฒฐ", [("กฟฤฒฐ", Sort.UNKNOWN)]),
        ("Lao", "ກັບອຳພອນ", [("ກັບ", Sort.WORD), ("ອຳພອນ", Sort.NAME)]),
        ("Khmer", "ជាមួយភារម្យ", [("ជាមួយ", Sort.WORD), ("ភារម្យ", Sort.NAME)]),
    ],
)
def test_a_stretch_is_cut_into_the_fewest_words_and_names(
    script: str, stretch: str, pieces: list[tuple[str, Sort]]
) -> None:
    found = vocabulary(script).pieces(stretch)
    assert [(stretch[piece.start : piece.end], piece.sort) for piece in found] == pieces


@pytest.mark.parametrize("script", RANGES)
def test_pieces_cover_a_stretch_without_gap_whatever_its_letters(script: str) -> None:
    letters = "".join(sorted({letter for name in vocabulary(script).names for letter in name}))
    for stretch in (letters, letters[::-1], letters[:1], letters[-1:] * 30):
        pieces = vocabulary(script).pieces(stretch)
        assert "".join(stretch[piece.start : piece.end] for piece in pieces) == stretch


@pytest.mark.parametrize(
    ("language", "text", "gone", "stays"),
    [
        ("th", "พยาบาลบันทึกว่าสายพิณเดินไม่ได้", "สายพิณ", "เดินไม่ได้"),
        ("th", "รายงานว่าพะโด่เหยียบทุ่นระเบิด", "พะโด่", "ทุ่นระเบิด"),
        ("th", "ลำดับ 1. กานดา 2. คำแปลง 3. อุ้มบุญ", "คำแปลง", "ลำดับ"),
        ("lo", "ຜູ້ເຂົ້າຮ່ວມ: ພູວົງ, ຈິດຕະກອນ ແລະ ດາລາ", "ຈິດຕະກອນ", "ຜູ້ເຂົ້າຮ່ວມ"),
        ("lo", "ແລ້ວພາອຳພອນໄປໂຮງໝໍ", "ອຳພອນ", "ໄປໂຮງໝໍ"),
        ("km", "អ្នកចូលរួម៖ សុវណ្ណ, ភារម្យ និង ម៉េងលី", "ភារម្យ", "អ្នកចូលរួម"),
        ("km", "គ្រូបានជួបវ៉ាន់ដានៅសាលា", "វ៉ាន់ដា", "គ្រូ"),
        ("my", "တက်ရောက်သူများ - သီတာ၊ ဇော်လင်း", "သီတာ", "တက်ရောက်သူများ"),
        ("my", "အကြောင်းကြားသူ ဆိုင်ရာဘွဲ့ (ဖုန်း)", "ဆိုင်ရာဘွဲ့", "ဖုန်း"),
        ("id", "anak sy galih kena petasan bom", "galih", "kena petasan bom"),
        ("id", "pak rt slamet yg lapor", "slamet", "yg lapor"),
        ("id", "lap pak, warga kami nurdin di jalan", "nurdin", "warga kami"),
        ("tl", "pakisabi kay lito na walang pamasahe", "lito", "walang pamasahe"),
        ("vi", "BN trần văn lực, 45t, đa chấn thương", "trần văn lực", "đa chấn thương"),
        ("vi", "Trưởng nhóm báo: Mười Lửa đào được bom", "Mười Lửa", "đào được bom"),
        ("id", "Titik: LS 04°05'12,4\" BT 138°57'03,9\" kebun", "138°57'03,9", "kebun"),
        ("tl", "Ang motorsiklo ay may plakang MK 30218.", "MK 30218", "motorsiklo"),
        ("tl", "Record ng ospital: ZCMC-OPD 88~1203. Sugat sa dibdib", "88~1203", "dibdib"),
        ("id", "mohon bantuan, alamat griya asri b/14", "asri b/14", "bantuan"),
        ("vi", "gửi về thôn 3, đội 2, nhà số 41", "thôn 3, đội 2, nhà số 41", "gửi"),
    ],
)
def test_the_name_or_number_goes_and_the_story_stays(language: str, text: str, gone: str, stays: str) -> None:
    rest = left(text, language)
    assert gone not in rest
    assert stays in rest


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("Thai", "ทหารพบทุ่นระเบิดและลูกปืนใหญ่ในป่า"),
        ("Lao", "ຢາ, ຜ້າຫົ່ມ ແລະ ເຂົ້າສານ"),
        ("Khmer", "ក្មេងៗលេងនៅសាលារៀន"),
        ("Khmer", "អាយុ ៤១ ឆ្នាំ"),
        ("Myanmar", "ကျောင်းအနီးတွင် မိုင်းတွေ့သည်။"),
    ],
)
def test_things_and_ordinary_words_name_nobody(script: str, text: str) -> None:
    assert [span for span in script_spans(text, script) if span.kind is Kind.PERSON] == []


def test_the_indonesian_vocabulary_has_words_of_the_trade_and_no_common_name() -> None:
    assert {"kebun", "sakit", "tangan"} <= indonesian()
    assert indonesian().isdisjoint({"slamet", "ridwan", "ketut"})
