"""Names of the months in the region's languages, as registers write them."""

import calendar
import re
from datetime import date

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import DateFormat, DateReader, UnreadableError
from gateway.sources.model.month_names import MONTH_PATTERN, MONTHS, month_of_name
from gateway.sources.model.words import plain

TODAY = date(2026, 11, 25)
LANGUAGES = ("en", "km", "lo", "th", "my", "vi", "ms", "id", "fil", "pt")


def read(form: str, text: str, era: str = "CE") -> str:
    return DateReader((DateFormat(form),), era, TODAY).read(plain(text))


@pytest.mark.parametrize("width", ["wide", "abbreviated"])
@pytest.mark.parametrize("context", ["format", "stand-alone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_that_unicode_lists_is_read(language: str, context: str, width: str) -> None:
    names = get_month_names(width, context, locale=language)
    assert {month: read("D MMM YYYY", f"3 {name} 2020") for month, name in names.items()} == {
        month: f"2020-{month:02d}-03" for month in range(1, 13)
    }


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("MMM/YYYY", "tháng 5/2020", "2020-05"),
        ("MMM/YYYY", "Tháng 05/2020", "2020-05"),
        ("'ngày' D MMM 'năm' YYYY", "Ngày 5 tháng 12 năm 2020", "2020-12-05"),
        ("MMM YYYY", "tháng mười hai 2020", "2020-12"),
        ("MMM YYYY", "Sept. 2020", "2020-09"),
        ("MMM D, YYYY", "May 7, 2020", "2020-05-07"),
        ("D MMM YYYY", "៧ ខែមករា ២០២០", "2020-01-07"),
        ("D MMM YYYY", "7 ເດືອນ ມິຖຸນາ 2020", "2020-06-07"),
        ("YYYY MMM D", "၂၀၂၀ မေလ ၇", "2020-05-07"),
        ("D-MMM-YY", "7-Okt-19", "2019-10-07"),
        ("D MMM YYYY", "7 Agt 2019", "2019-08-07"),
        ("D MMM YYYY", "7 hunyo 2019", "2019-06-07"),
    ],
)
def test_dates_are_read_as_offices_write_them(form: str, text: str, day: str) -> None:
    assert read(form, text) == day


def test_a_thai_date_of_the_buddhist_era_has_its_month_by_name() -> None:
    for text in ("5 ม.ค. 2563", "5 มกราคม 2563", "๕ ม.ค. ๒๕๖๓"):
        assert read("D MMM YYYY", text, "BE") == "2020-01-05"
    assert read("วันที่ D MMM พ.ศ. YYYY", "วันที่ 5 มกราคม พ.ศ. 2563", "BE") == "2020-01-05"


@given(st.sampled_from(sorted(MONTHS)))
def test_every_name_fits_the_pattern_and_means_its_month(name: str) -> None:
    assert re.fullmatch(MONTH_PATTERN, name)
    assert month_of_name(name) == MONTHS[name]
    assert name == plain(name)


@pytest.mark.parametrize("text", ["3 foo 2020", "3 janu 2020", "3 tháng 13 2020", "3  2020", "3 m 2020"])
def test_what_names_no_month_is_no_date(text: str) -> None:
    with pytest.raises(UnreadableError):
        read("D MMM YYYY", text)


@pytest.mark.parametrize(
    ("form", "text", "era"),
    [
        ("Q YYYY", "Q1 2020", "CE"),
        ("Q YYYY", "q-4 2020", "CE"),
        ("Q/YYYY", "Quý II/2020", "CE"),
        ("Q 'năm' YYYY", "quý 3 năm 2020", "CE"),
        ("Q YYYY", "ไตรมาสที่ ๓ ๒๕๖๓", "BE"),
        ("Q YYYY", "ត្រីមាសទី ៤ ២០២០", "CE"),
        ("YYYY Q", "2020 2nd quarter", "CE"),
        ("YYYYQ", "2020Q3", "CE"),
        ("Q YYYY", "Triwulan IV 2020", "CE"),
        ("Q YY", "Q4 20", "CE"),
    ],
)
def test_a_quarter_tells_its_year(form: str, text: str, era: str) -> None:
    assert read(form, text, era) == "2020"


@pytest.mark.parametrize("text", ["Q5 2020", "Q0 2020", "Q 2020", "quý 12 2020", "Q1 2027", "iiii 2020"])
def test_what_is_no_quarter_is_no_date(text: str) -> None:
    with pytest.raises(UnreadableError):
        read("Q YYYY", text)


@pytest.mark.parametrize("form", ["Q M YYYY", "Q D YYYY", "Q MMM YYYY", "Q Q YYYY", "Q"])
def test_a_quarter_stands_beside_a_year_alone(form: str) -> None:
    with pytest.raises(
        ValueError, match=r"a quarter has no month|a format has the year|a day without|at most once"
    ):
        DateFormat(form)


def test_a_draft_finds_quarters(tmp_path) -> None:
    rows = "".join(f"C{n:03d},Quý {1 + n % 4}/{2001 + n % 24}\n" for n in range(80))
    (tmp_path / "a.csv").write_text("Case,Ngày tai nạn\n" + rows, encoding="utf-8")
    (table,) = parse_mapping(draft_mapping(str(tmp_path), "VN", regional(), TODAY), regional()).tables
    assert [form.text for form in table.columns["Ngày tai nạn"].formats] == ["Q/YYYY"]


@pytest.mark.parametrize(("member", "names", "era"), [
    ("VN", [f"tháng {month}" for month in range(1, 13)], "CE"),
    ("TH", list(get_month_names("abbreviated", locale="th").values()), "BE"),
    ("ID", list(get_month_names("wide", locale="id").values()), "CE"),
    ("SG", list(calendar.month_abbr)[1:], "CE"),
])  # fmt: skip
def test_a_draft_finds_months_by_their_names(tmp_path, member, names, era) -> None:
    ahead = 543 if era == "BE" else 0
    rows = "".join(f"C{n:03d},{names[n % 12]} {2001 + n % 24 + ahead}\n" for n in range(80))
    (tmp_path / "a.csv").write_text("Case,Date\n" + rows, encoding="utf-8")
    column = (
        parse_mapping(draft_mapping(str(tmp_path), member, regional(), TODAY), regional()).tables[0].columns
    )
    assert [form.text for form in column["Date"].formats] == ["MMM YYYY"]
    assert column["Date"].era == era
