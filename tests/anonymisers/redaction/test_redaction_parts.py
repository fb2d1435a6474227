"""The parts of redaction by themselves: readings, spans, dates, numbers, scripts, sounds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_engine import engine

from anonymisers.redaction.consonant_skeleton import close, skeleton
from anonymisers.redaction.dates import births, dates
from anonymisers.redaction.engine.finder import Found, find
from anonymisers.redaction.engine.redactor import redact
from anonymisers.redaction.engine.residual_details import without_figures
from anonymisers.redaction.identifying_numbers import numbers
from anonymisers.redaction.profiles import SCRIPTS, data, latin_profiles, script_profiles
from anonymisers.redaction.spans import Evidence, Kind, Span, Stretch, merged, without
from anonymisers.redaction.text_reading import fold, read

WRITTEN = st.text(st.sampled_from("ab \u200b\u00ad\u17e1\uff11\u0301\u00a0\u2011e9\n<"), max_size=30)


@given(WRITTEN)
def test_a_reading_leads_back_to_the_original(text: str) -> None:
    reading = read(text)
    assert len(reading.offsets) == len(reading.plain) + 1
    assert reading.offsets[len(reading.plain)] == len(text)
    assert list(reading.offsets) == sorted(reading.offsets)


@given(WRITTEN)
def test_a_reading_is_read_as_itself(text: str) -> None:
    assert read(read(text).plain).plain == read(text).plain


def test_a_reading_takes_the_disguise_off() -> None:
    assert read("\u0e51\u0e52\u2011\uff13\u00a0So\u00adk").plain == "12-3 Sok"
    assert read("Nguye\u0302\u0303n").plain == "Nguy\u1ec5n"


def test_folding() -> None:
    assert fold("Đỗ Thị ABÍLIO") == "do thi abilio"


spans = st.builds(
    lambda start, length, kind, evidence: Span(start, min(start + length, 40), kind, evidence),
    st.integers(0, 39),
    st.integers(1, 10),
    st.sampled_from(Kind),
    st.sampled_from(Evidence),
)
TEXT = "abcde fghij, klmno pqrst: uvwxy ABCDE FGH"


@given(st.lists(spans, max_size=8))
def test_merging_loses_no_letter_and_leaves_no_overlap(found: list[Span]) -> None:
    joined = merged(TEXT, found)
    wanted = {i for s in found for i in range(s.start, s.end) if TEXT[i].isalnum()}
    assert wanted <= {i for s in joined for i in range(s.start, s.end)}
    assert all(one.end <= other.start for one, other in pairwise(joined))


@given(
    st.lists(spans, max_size=8),
    st.lists(st.builds(Stretch, st.integers(0, 20), st.integers(21, 40)), max_size=3),
)
def test_the_allow_list_overrules_guesses_only(found: list[Span], allowed: list[Stretch]) -> None:
    kept = without(found, sorted(allowed, key=lambda s: (s.start, s.end)))
    assert [s for s in kept if s.evidence > Evidence.GUESS] == [
        s for s in found if s.evidence > Evidence.GUESS
    ]
    inside = {i for s in allowed for i in range(s.start, s.end)}
    assert not any(i in inside for s in kept if s.evidence == Evidence.GUESS for i in range(s.start, s.end))


def test_the_text_between_the_placeholders_is_untouched() -> None:
    def recognise(plain: str, language: str) -> Found:
        return Found([Span(plain.index("1"), plain.index("1") + 1, Kind.PHONE, Evidence.FORM)], [])

    redacted = redact("x 1 y 2", recognise, language="en")
    assert redacted.text == "x <PHONE> y 2"


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("born on 3 May 1980, hurt on 4 June 2020", ["3 May 1980"]),
        ("Date of birth: 1980-05-03. Accident 2020-06-04.", ["1980-05-03"]),
        ("hurt on 04/06/2020; DOB 03/05/1980", ["03/05/1980"]),
        ("born in 1985 in the village", ["1985"]),
        ("cleared in 1985", []),
        ("Ipinanganak si Renato Reyes noong ika-7 ng Marso 1974", ["ika-7 ng Marso 1974"]),
        ("moris iha loron 29 fulan Setembru tinan 1995", ["loron 29 fulan Setembru tinan 1995"]),
        ("sinh ngày 17 tháng 10 năm 2003", ["ngày 17 tháng 10 năm 2003"]),
        ("เกิดวันที่ 3 เมษายน 2550", ["วันที่ 3 เมษายน 2550"]),
        ("เกิดเหตุวันที่ 3 เมษายน 2550", []),
        ("27/10/2010 တွင်မွေးဖွား", ["27/10/2010"]),
        ("ເຫດເກີດ 27/10/2010", []),
    ],
)
def test_dates_of_birth_go_and_other_dates_stay(text: str, born: list[str]) -> None:
    assert [text[s.start : s.end] for s in births(text, dates(text))] == born


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ID 037778017 (01)", "037778017 (01)"),
        ("เลขบัตร3-1009-01234-56-1เบอร์", "3-1009-01234-56-1"),
        ("card 7/OuKaMa(N)155335", "7/OuKaMa(N)155335"),
        ("၁၂/ဥကမ(နိုင်)ဝ၂၃၄၅၆", "12/ဥကမ(နိုင်)ဝ23456"),
        ("NIK 3301072607920032", "3301072607920032"),
        ("NRIC S0362948A", "S0362948A"),
        ("call +855 (12) 345-678", "+855 (12) 345-678"),
        ("hospital record HN 25-064779. On", "HN 25-064779"),
        ("ref ACC/BTB/2007/0019", "ACC/BTB/2007/0019"),
        ("at 48P UV 45390 29286 near", "48P UV 45390 29286"),
        ("at 13°12'23.9\"N, 103°31'31.5\"E", "13°12'23.9\"N, 103°31'31.5\"E"),
        ("lat 13.835501 lon 102.476011", "lat 13.835501 lon 102.476011"),
    ],
)
def test_numbers_of_somebody(text: str, number: str) -> None:
    plain = read(text).plain
    found = merged(plain, numbers(plain, dates(plain)))
    assert number in [plain[s.start : s.end] for s in found]


@pytest.mark.parametrize(
    "text",
    [
        "1,200,000 riel",
        "Rp 2.500.000",
        "2005-2011",
        "IMAS 07.11",
        "14 kg",
        "PMN-2 and M18A1",
        "at 19:52",
        "1500000 kip",
    ],
)
def test_figures_of_nobody(text: str) -> None:
    assert list(numbers(text, dates(text))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ដារ៉ា", "dara"),
        ("សុភាព", "sopheap"),
        ("สมชาย", "Somchai"),
        ("ຄຳແພງ", "Khampheng"),
        ("ထွန်းဦးကျော်", "Htunookyaw"),
    ],
)
def test_a_name_sounds_alike_in_two_scripts(one: str, other: str) -> None:
    assert close(skeleton(one), skeleton(other))


def test_names_that_sound_different_are_different() -> None:
    assert not close(skeleton("Sopheap"), skeleton("Kunthea"))


def test_without_a_dictionary_english_is_still_read() -> None:
    found = find("Mr. Oum Veasna lives in Kouk Mon village.", "en", None)
    kinds = {(s.kind, s.start) for s in found.spans}
    assert (Kind.PERSON, 4) in kinds


@pytest.mark.parametrize("language", SCRIPTS)
def test_no_cue_is_also_an_ordinary_word_that_ends_a_name(language: str) -> None:
    profile = next(p for p in script_profiles().values() if p.language == language)
    assert not set(profile.titles) & set(profile.openings)


def test_profiles_are_spelt_in_small_letters() -> None:
    for language in latin_profiles():
        for field in ("titles", "common", "place_before"):
            words = data(language).get(field, "")
            assert words == words.lower(), (language, field)


@pytest.mark.parametrize(
    ("language", "text", "gone"),
    [
        ("th", "ครั้นถึงกลางทาง วรเมธหันไปพบว่าไม่มีใคร", "วรเมธ"),
        ("th", "เขาเดินตามหลังศุภชัย เข้าไปในป่า", "ศุภชัย"),
        ("my", "ဒဏ်ရာရသူ ထက်ဝေယံ ကို ပို့ခဲ့သည်။", "ထက်ဝေယံ"),
        ("my", "လမ်းတွင် ပြည့်ဖြိုး နှင့် တွေ့သည်။", "ပြည့်ဖြိုး"),
    ],
)
def test_names_without_a_title_in_scripts_without_capitals(language: str, text: str, gone: str) -> None:
    assert gone not in (engine().redact(text, language=language).text or "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ms", "Dirawat di Hospital Tawau."),
        ("tet", "Lori ba Hospital Nacional Guido Valadares."),
        ("tl", "Inilipat mula sa Cotabato Regional and Medical Center."),
        ("tl", "Nilinis ng 52nd Engineer Brigade ang lugar."),
        ("vi", "Cán bộ thăm Hội Chữ thập đỏ và Bệnh viện Đa khoa tỉnh Quảng Bình."),
        ("id", "Saksi melihat ledakan. Catatan rawat dikirim segera."),
    ],
)
def test_heads_that_stand_first_and_words_that_begin_sentences_stay(language: str, text: str) -> None:
    assert engine().redact(text, language=language).text == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("On 12 May 2021, <PERSON>, 34, in Pailin.", "On <DATE>, <PERSON>, <NUMBER>, in <PROVINCE>."),
        ("Two PMN-2 and one BLU-26 at 10:30.", "Two PMN-2 and one BLU-26 at <NUMBER>."),
        ("<PERSON> អាយុ ៣៤ ឆ្នាំ ខេត្តសៀមរាប", "<PERSON> អាយុ <NUMBER> ឆ្នាំ <PROVINCE>"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_extract_tells_no_date_figure_or_province_in_a_story(text: str, left: str) -> None:
    assert without_figures(text) == left


@pytest.mark.parametrize(
    ("language", "text", "gone"),
    [
        ("ms", "Bapanya Yusman bin Khamis hadir.", "Khamis"),  # Thursday
        ("en", "HIS SON ARNEL MACADATO ATTENDS SCHOOL IN THE TOWN.", "MACADATO"),
        ("en", "The clerk, Vo Thanh Hoa, signed it.", "Thanh Hoa"),  # a province
        ("en", "He met Aurora da Silva at noon.", "Aurora"),
        ("vi", "Địa chỉ: số nhà 14, đường Hoàng Diệu.", "Diệu"),
        ("vi", "Địa chỉ: số nhà 14, đường Hoàng Diệu.", "14"),
        ("th", "ที่อยู่ 251 หมู่ที่ 4 ซอย 9", "251"),
        ("lo", "ທີ່ຢູ່: ເຮືອນເລກທີ 251 ໜ່ວຍ 12", "251"),
        ("en", "stays at jl. kelapa dua no. 63 rt 03/rw 04.", "63"),
        ("en", "found at 48p vu 12345 67890 by the team.", "vu 12345"),
        ("en", "Re: WXYZ 19-07718, closed.", "WXYZ"),
        ("th", "แฟ้มเลขที่ 2019/0042/VA", "VA"),
        ("en", "Discharge note 2012/2089/VA was filed.", "2089"),
        ("vi", "Ông Kiên và Chu Minh Thu đang ở nhà.", "Chu"),  # chú is a title
        ("vi", "Bà Ngô Quốc Trang đi rừng.", "Trang"),  # a province of Thailand
        ("lo", "ຢູ່ບ້ານດອນເມືອງ ແຂວງອັດຕະປື", "ດອນເມືອງ"),
        ("my", "ကိုလှနှင့် မရဲမင်းထွန်းတို့ ထင်းခုတ်သည်။", "မင်းထွန်း"),
        ("th", "จัดทำโดย ร.ต.ท.สายใจ มั่นคง ลำไย ศรีแก้ว และ", "ลำไย"),
    ],
)
def test_names_and_addresses_that_other_readings_hide(language: str, text: str, gone: str) -> None:
    assert gone not in (engine().redact(text, language=language).text or "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Menurut Pasal 9 lahan itu diserahkan."),
        ("vi", "Theo Điều 12 khu đất được bàn giao."),
        ("th", "ตามมาตรา 44 พื้นที่ถูกส่งมอบ"),
        ("tet", "Vítima hela iha munisípiu Bobonaro."),
        ("my", "ကြက်ခြေနီအသင်း က ကူညီသည်။"),
        ("lo", "ພົບລູກລະເບີດ 3 ໜ່ວຍ ຢູ່ໃນນາ."),
        ("en", "THE MAG TEAM 12 DESTROYED TWO MINES NEAR THE CANAL."),
        ("en", "the team found a blu-26 and a pmn-2."),
        ("ms", "MyKad telah diserahkan."),
    ],
)
def test_articles_of_law_labels_and_what_stands_in_capitals_stay(language: str, text: str) -> None:
    assert engine().redact(text, language=language).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Mr So\ufe0fk D\u034fara fell.",  # a variation selector, a joiner
        "Mr S\u0336o\u0336k\u0336 D\u0336a\u0336r\u0336a\u0336 fell.",  # struck through
        "S o k D a r a fell.",
        "The phone is 012*345*678.",
        "The phone is 012,345,678.",
        "The phone is 012\\345\\678.",
        "The phone is 012\r\n345\r\n678.",
        "The phone is \u24ea\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467.",  # circled
        "The phone is \u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078.",  # raised
        "ID card 0123\n45678 of a farmer.",
    ],
)
def test_a_disguise_hides_nothing(text: str) -> None:
    redacted = engine().redact(text, language="en").text or ""
    left = "".join(c for c in redacted.split("<")[0] + redacted.rpartition(">")[2] if c.isalnum())
    assert left in {"Mrfell", "Thephoneis", "fell", "IDcardofafarmer"}
