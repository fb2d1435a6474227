"""Single names in scripts without capitals, by their place; people named by a common noun stay."""

import pytest
from made_engine import Engine, engine


@pytest.fixture(scope="module")
def ours() -> Engine:
    return engine()


@pytest.mark.parametrize(
    ("language", "text", "redacted"),
    [
        ("km", "វិច្ឆិកា កំពុងដើរ។", "<PERSON> កំពុងដើរ។"),
        ("lo", "ຄຳແພງ ໄປຫາປາ.", "<PERSON> ໄປຫາປາ."),
        ("th", "จำปี กำลังเกี่ยวข้าว", "<PERSON> กำลังเกี่ยวข้าว"),
        # joined to a name that a cue announces
        ("lo", "ພະຍານ ຄຳແພງ, ວັນນາ ແລະ ສີໄພ.", "ພະຍານ <PERSON>, <PERSON> ແລະ <PERSON>."),
        ("km", "សាក្សី ចាន់ និង វិច្ឆិកា។", "សាក្សី <PERSON> និង <PERSON>។"),
        # after a count of people
        ("km", "ក្មេងពីរនាក់ត្រូវរបួស៖ ចាន់ណា និង ពៅ។", "ក្មេងពីរនាក់ត្រូវរបួស៖ <PERSON> និង <PERSON>។"),
        ("th", "บาดเจ็บสองราย ได้แก่ คำแปง และ อุดม", "บาดเจ็บสองราย ได้แก่ <PERSON> และ <PERSON>"),
        # in both spellings of Khmer
        ("km", "តាមសម្តីលោក ចាន់ សុខ។", "តាមសម្តី<PERSON>។"),
        ("km", "តាមសម្ដីលោក ចាន់ សុខ។", "តាមសម្ដី<PERSON>។"),
        # after his, and glued to "that"
        ("km", "បងប្រុសរបស់គាត់ វិច្ឆិកា។", "បងប្រុសរបស់គាត់ <PERSON>។"),
        ("th", "เขาบอกว่าน้องเมษาวิ่งไป", "เขาบอกว่าน้อง<PERSON>วิ่งไป"),
        # seen to move, and before a verb after "and"
        ("th", "แล้วเห็นเมฆล้มลง", "แล้วเห็น<PERSON>ล้มลง"),
        ("lo", "ເຫັນສົມສັກລົ້ມລົງ", "ເຫັນ<PERSON>ລົ້ມລົງ"),
        # after who does something
        ("km", "អ្នកទទួល សុជាតា។", "អ្នកទទួល <PERSON>។"),
        ("lo", "ຜູ້ຮັບ ຄຳສຸກ.", "ຜູ້ຮັບ <PERSON>."),
        # a listed name that ends a longer one
        ("th", "แล้ว สุพรรณี เสียชีวิต", "แล้ว <PERSON> เสียชีวิต"),
        # a title that tells a people is part of the name
        ("my", "သူ့အမည်မှာ စိုင်းခမ်း ဖြစ်သည်။", "သူ့အမည်မှာ <PERSON> ဖြစ်သည်။"),
        ("th", "ไอ้ดำ บอกว่า", "<PERSON> บอกว่า"),
    ],
)
def test_a_name_that_nothing_announces_goes(ours: Engine, language: str, text: str, redacted: str) -> None:
    assert ours.redact(text, language=language).text == redacted


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("km", "អ្នកភូមិ បានឃើញ។"),
        ("km", "គាត់មានកូនបួននាក់។"),
        ("lo", "ຊາວນາ ໄປນາ. ຊາວບ້ານພົບລະເບີດ."),
        ("lo", "ຜູ້ລອດຊີວິດໄດ້ຮັບຂາທຽມ."),
        ("th", "ชาวบ้าน กำลังทำงาน"),
        ("th", "ไม่มีผู้บาดเจ็บ ศูนย์ทุ่นระเบิดแห่งชาติเข้าทำลาย"),
        ("th", "ผู้ป่วยได้รับขาเทียม"),
        ("my", "ထိခိုက်သူမရှိပါ။"),
        ("th", "เห็นเขาล้มลง"),
        ("th", "ผู้พิการ ได้รับขาเทียม"),
    ],
)
def test_who_is_no_single_person_stays(ours: Engine, language: str, text: str) -> None:
    assert ours.redact(text, language=language).text == text


@pytest.mark.parametrize(
    ("language", "text", "redacted"),
    [
        (
            "en",
            "Aung, of No. 204, 62nd Street, between 38th and 39th, Maha Aung Myay, fell.",
            "<PERSON>, of <ADDRESS>, fell.",
        ),
        ("vi", "Chị ở tổ 4, khu phố 2, phường An Phú.", "Chị ở <ADDRESS>."),
        ("vi", "Trú tại số nhà 9, ngõ 12, tổ dân phố 3, phường Tân Thạnh.", "Trú tại <ADDRESS>."),
        ("th", "อาศัยอยู่ 45/7 ซ.วัดใหม่", "อาศัยอยู่ <ADDRESS>"),
        ("en", "She lives with them, of 88/3 Moo 9, Tambon Tha Kham.", "She lives with them, of <ADDRESS>."),
        ("my", "သူ၏ ရွာ ကော်သေးဒဲ။", "သူ၏ ရွာ <VILLAGE>။"),
        ("km", "ផ្ទះលេខ ៤៧បេ ផ្លូវ ៣១១", "<ADDRESS>"),
        ("my", "အမှတ် ၁၂၊ စက်ရုံလမ်း၊ ၅ ရပ်ကွက်", "<ADDRESS>"),
        ("tet", "hela iha Rua Audian nú. 7.", "hela iha <ADDRESS>."),
    ],
)
def test_an_address_goes_whole(ours: Engine, language: str, text: str, redacted: str) -> None:
    assert ours.redact(text, language=language).text == redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (
            "Chủ bò là Lành. Công an xã đã đến. Bác sĩ cắt cụt chân.",
            "Chủ bò là <PERSON>. Công an xã đã đến. Bác sĩ cắt cụt chân.",
        ),
        ("Vợ anh Xuân là Út Lành.", "Vợ anh <PERSON> là <PERSON>."),
        ("Anh Chu Văn Hồ đến.", "Anh <PERSON> đến."),
    ],
)
def test_accents_tell_a_vietnamese_word_from_a_name(ours: Engine, text: str, redacted: str) -> None:
    assert ours.redact(text, language="vi").text == redacted


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("vi", "Hôm qua Kha và Lượm chăn bò, A Rất bị cụt tay.", "Kha Lượm Rất"),
        ("km", "រដ្ឋា ឡើងដើមត្នោត។", "រដ្ឋា"),
        ("lo", "ວັນນາ ຂຸດຂຸມ.", "ວັນນາ"),
        ("km", "អ្នកភូមិអន្លង់ហាប់ មករក។", "អន្លង់ហាប់"),
    ],
)
def test_a_name_at_the_beginning_or_after_and_goes(
    ours: Engine, language: str, text: str, names: str
) -> None:
    redacted = ours.redact(text, language=language).text or ""
    assert not [name for name in names.split() if name in redacted]


@pytest.mark.parametrize(
    ("language", "text"), [("id", "Mei 2014. Mereka pulang."), ("en", "In May 2014 it rained.")]
)
def test_a_month_with_its_year_is_no_name(ours: Engine, language: str, text: str) -> None:
    assert ours.redact(text, language=language).text == text
