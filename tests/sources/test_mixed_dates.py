"""Dates of several forms in one column: each cell is read in one way, or is a finding."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping
from gateway.sources.mapping.draft_dates import FORMATS
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import DateFormat, DateReader, UnreadableError
from gateway.sources.model.findings import Problem
from gateway.sources.model.month_names import MONTHS
from gateway.sources.model.words import plain

TODAY = date(2026, 11, 25)
ZONE = timedelta(hours=7)
days = st.dates(date(1974, 1, 1), TODAY - timedelta(days=1))


def reader(*formats, era="CE", pivot=None):
    return DateReader(tuple(DateFormat(form) for form in formats), era, TODAY, pivot, ZONE)


def written(day, form, name="may"):
    """A day in one format, as `plain` leaves it; the month's name is any that means this month."""
    if form.startswith("EPOCH"):
        seconds = int(datetime(day.year, day.month, day.day, 12, tzinfo=timezone(ZONE)).timestamp())
        return str(seconds * (1000 if form == "EPOCHMS" else 1))
    parts = {
        "YYYY": f"{day.year:04d}", "YY": f"{day.year % 100:02d}", "MMM": name, "MM": f"{day.month:02d}",
        "M": str(day.month), "DD": f"{day.day:02d}", "D": str(day.day), "Q": f"q{1 + (day.month - 1) // 3}",
        "hh": "13", "mm": "45", "ss": "59",
    }  # fmt: skip
    text, rest = "", form
    while rest:
        token = next((t for t in parts if rest.startswith(t)), None)
        if rest.startswith("'"):
            quoted = rest[1 : rest.index("'", 1)]
            text, rest = text + quoted, rest[len(quoted) + 2 :]
        elif token:
            text, rest = text + parts[token], rest[len(token) :]
        else:
            text, rest = text + rest[0], rest[1:]
    return plain(text)


def outcome(reading, text):
    """What was read, and the problem, if any."""
    try:
        return reading.read(text), None
    except UnreadableError as error:
        return error.agreed, error.problem


def truth(day, form):
    """The day as precisely as the format says it."""
    if "D" in form or form.startswith("EPOCH"):
        return day.isoformat()
    return day.isoformat()[:7] if "M" in form else day.isoformat()[:4]


@given(
    day=days,
    formats=st.lists(st.sampled_from(FORMATS), min_size=1, max_size=6, unique=True),
    number=st.integers(0, 1_000),
)
def test_a_written_date_is_read_back_or_is_a_finding(day, formats, number):
    """Nothing is ever read as another date, whichever formats stand beside the one that was meant."""
    form = formats[number % len(formats)]
    names = sorted(name for name, month in MONTHS.items() if month == day.month)
    right = truth(day, form)
    read, problem = outcome(reader(*formats), written(day, form, names[number % len(names)]))
    if problem is None:
        assert read == right
    else:
        assert problem is Problem.DATE_AMBIGUOUS
        assert right.startswith(read)
        assert len(formats) > 1


@given(day=days, form=st.sampled_from([form for form in FORMATS if form != "YYYY"]))
def test_a_single_format_never_leaves_a_doubt(day, form):
    assert reader(form).read(written(day, form)) == truth(day, form) or "MMM" in form


@given(day=days)
def test_the_order_of_the_formats_changes_nothing(day):
    formats = ["DD/MM/YYYY", "MM/DD/YYYY", "YYYY", "EPOCH", "EPOCHMS"]
    for form in formats:
        text = written(day, form)
        assert outcome(reader(*formats), text) == outcome(reader(*formats[::-1]), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("31/12/2019", "2019-12-31"),
        ("12/31/2019", "2019-12-31"),
        ("05/05/2019", "2019-05-05"),
        ("tháng 5/2020", "2020-05"),
        ("2020", "2020"),
        ("q2/2020", "2020"),
        ("1583083800", "2020-03-02"),
        ("1583083800000", "2020-03-02"),
    ],
)
def test_every_form_of_a_mixed_column_is_read(text, value):
    mixed = reader("DD/MM/YYYY", "MM/DD/YYYY", "MMM/YYYY", "YYYY", "Q/YYYY", "EPOCH", "EPOCHMS")
    assert mixed.read(plain(text)) == value


@pytest.mark.parametrize(
    ("formats", "text", "agreed"),
    [
        (("DD/MM/YYYY", "MM/DD/YYYY"), "03/04/2019", "2019"),
        (("DD/MM/YY", "YY/MM/DD"), "03/04/05", ""),
        (("YYYYMMDD", "YYYYDDMM"), "20200304", "2020"),
    ],
)
def test_what_two_formats_read_differently_is_never_guessed(formats, text, agreed):
    with pytest.raises(UnreadableError) as caught:
        reader(*formats).read(text)
    assert (caught.value.problem, caught.value.agreed) == (Problem.DATE_AMBIGUOUS, agreed)


def test_beside_other_digits_a_short_number_counts_no_seconds():
    assert reader("EPOCH").read("2020") == "1970-01-01"
    assert reader("EPOCH", "YYYY").read("2020") == "2020"
    assert reader("EPOCH", "YYYYMMDD").read("20200102") == "2020-01-02"


def test_years_of_two_digits_stand_beside_years_of_both_eras():
    mixed = reader("DD/MM/YYYY", "DD/MM/YY", era="either", pivot=2470)
    assert [mixed.read(text) for text in ("13/03/2563", "13/03/2020", "13/03/63")] == ["2020-03-13"] * 3


def test_two_digits_beside_both_eras_need_a_pivot(small):
    small.mapping = small.mapping.replace(
        "[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM/YYYY, DD/MM/YY], era: either, pivot: 2470"
    )
    assert small.code("date", Date="13/03/63") == "2020-03"


def test_an_ambiguous_cell_counts_in_its_year_and_is_a_finding_with_its_line(small):
    small.mapping = small.mapping.replace("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM/YYYY, MM/DD/YYYY]")
    loaded = small.load_rows({"Date": "31/12/2019"}, {"Date": "03/04/2019"}, {"Date": "12/31/2019"})
    assert sorted(loaded.snapshot.columns["date"].values()) == ["2019-12", "2019-12", "2019-UNK"]
    found = [f for f in loaded.findings if f.problem is Problem.DATE_AMBIGUOUS]
    assert [(f.table, f.column, f.count, f.lines) for f in found] == [("victims.csv", "Date", 1, (3,))]


def test_a_cell_without_a_year_in_common_does_not_count_and_is_a_finding(small):
    small.mapping = small.mapping.replace("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM/YY, YY/MM/DD]")
    loaded = small.load_rows({"Date": "31/12/99"}, {"Date": "03/04/05"})
    assert len(loaded.snapshot) == 1
    assert loaded.accounts[0].reasons == {Problem.DATE_AMBIGUOUS: 1}


def drafted(tmp_path, cells, member="KH", heading="Date"):
    lines = [f'C{n:03d},"{cell}"' for n, cell in enumerate(cells)]
    path = tmp_path / "a.csv"
    path.write_text(f"Case No,{heading}\n" + "\n".join(lines) + "\n", encoding="utf-8")
    text = draft_mapping(str(path), member, regional(), TODAY)
    return parse_mapping(text, regional()).tables[0].columns[heading], text


def test_a_draft_names_every_form_of_a_column(tmp_path):
    some = [date(2014, 1, 1) + timedelta(days=31 * n) for n in range(120)]
    forms = ["DD/MM/YYYY", "YYYY-MM-DD", "MMM/YYYY", "YYYY", "EPOCHMS", "EPOCH"]
    cells = [written(day, forms[n % 6], f"tháng {day.month}") for n, day in enumerate(some)]
    rule, text = drafted(tmp_path, cells, member="VN")
    assert {form.text for form in rule.formats} == set(forms)
    assert rule.zone == timedelta(hours=7)
    assert "some dates in other formats" not in text


def test_a_draft_counts_the_cells_that_can_be_read_both_ways(tmp_path):
    cells = ["31/12/2019"] * 20 + ["12/31/2019"] * 20 + ["03/04/2019"] * 7
    rule, text = drafted(tmp_path, cells)
    assert [form.text for form in rule.formats] == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert "7 dates can be read both ways: only their year counts" in text


def test_a_slip_of_the_keyboard_does_not_make_all_other_dates_ambiguous(tmp_path):
    rule, text = drafted(tmp_path, [*(f"{1 + n % 28:02d}/03/2019" for n in range(60)), "12/31/2019"])
    assert [form.text for form in rule.formats] == ["DD/MM/YYYY"]
    assert "some dates in other formats" in text


def test_a_draft_finds_seconds_without_a_word_of_the_heading(tmp_path):
    rule, _ = drafted(tmp_path, [1_500_000_000 + 86_400 * n for n in range(60)], heading="when it was")
    assert rule.target.name == "date"
    assert [form.text for form in rule.formats] == ["EPOCH"]


def test_a_draft_finds_whole_and_short_years_of_both_eras(tmp_path):
    cells = [f"{13 + n % 15}/03/{(2560 + n % 6, 2017 + n % 6, 60 + n % 6)[n % 3]}" for n in range(90)]
    rule, text = drafted(tmp_path, cells, member="TH")
    assert (rule.era, rule.pivot) == ("either", 2470)
    assert "which hundred years are meant" in text
