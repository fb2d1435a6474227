"""Dates: tokens, eras, precision; and what is no date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources.mapping.draft_dates import find_dates
from gateway.sources.model.dates import DateFormat, DateReader, UnreadableError, whole_years
from gateway.sources.model.findings import Problem
from gateway.sources.model.words import plain

TODAY = date(2026, 11, 25)
days = st.dates(date(1900, 1, 1), TODAY)


def reader(*formats, era="CE", today=TODAY):
    return DateReader(tuple(DateFormat(f) for f in formats), era, today)


def problem_of(reading, text):
    with pytest.raises(UnreadableError) as caught:
        reading.read(text)
    return caught.value.problem


@given(days)
def test_a_date_is_read_in_every_format(day):
    for form, text in {
        "DD/MM/YYYY": f"{day.day:02d}/{day.month:02d}/{day.year}",
        "D.M.YYYY": f"{day.day}.{day.month}.{day.year}",
        "MM-DD-YYYY": f"{day.month:02d}-{day.day:02d}-{day.year}",
        "DD-MMM-YYYY": day.strftime("%d-%b-%Y").casefold(),
        "YYYY-MM-DDThh:mm:ss": f"{day.isoformat()}t13:45:00",
        "YYYYMMDD": day.strftime("%Y%m%d"),
    }.items():
        assert reader(form).read(text) == day.isoformat()


@given(days)
def test_buddhist_years_are_543_ahead(day):
    text = f"{day.day:02d}/{day.month:02d}/{day.year + 543}"
    for era in ("BE", "either"):
        assert reader("DD/MM/YYYY", era=era).read(text) == day.isoformat()
    assert problem_of(reader("DD/MM/YYYY"), text) is Problem.DATE_ERA


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2021-03-04T08:30:00.000+07:00", "YYYY-MM-DDThh:mm:ss.fffzz"),
        ("2021-03-04T23:59:59.123456-0330", "YYYY-MM-DDThh:mm:ss.fffzz"),
        ("3/4/2021 5:07:00 PM", "M/D/YYYY h:mm:ss ap"),
        ("04/03/2021, 11:30 a.m.", "DD/MM/YYYY, h:mm ap"),
        ("4 Mar 2021 9:05", "D MMM YYYY h:mm"),
    ],
)
def test_the_day_is_that_of_the_clock_whatever_time_stands_behind_it(text, form):
    assert reader(form).read(plain(text)) == "2021-03-04"
    assert find_dates([plain(text)], TODAY).share == 1


def test_where_either_era_stands_a_common_year_stays():
    assert reader("YYYY", era="either").read("2024") == "2024"
    assert problem_of(reader("YYYY", era="BE"), "2024") is Problem.DATE_ERA


def test_29_february_of_a_buddhist_year_is_judged_in_the_common_era():
    assert reader("DD/MM/YYYY", era="BE").read("29/02/2563") == "2020-02-29"
    assert problem_of(reader("DD/MM/YYYY", era="BE"), "29/02/2564") is Problem.DATE_NOT_REAL


def test_several_formats_are_tried_in_turn():
    reading = reader("YYYY-MM-DD", "DD/MM/YYYY", "D MMM YYYY", "YYYY")
    assert [reading.read(t) for t in ("2010-03-04", "04/03/2010", "4 mar 2010", "2010")] == [
        "2010-03-04", "2010-03-04", "2010-03-04", "2010",
    ]  # fmt: skip
    assert problem_of(reading, "04.03.2010") is Problem.DATE_FORM


@given(days, st.integers(1, 4000))
def test_the_future_is_no_date_of_an_accident(today, ahead):
    later = today + timedelta(days=ahead)
    assert problem_of(reader("YYYY-MM-DD", today=today), later.isoformat()) is Problem.DATE_FUTURE
    assert reader("YYYY-MM-DD", today=today).read(today.isoformat()) == today.isoformat()


@pytest.mark.parametrize(
    "text", ["2019-02-29", "2019-04-31", "2019-00-10", "2019-13-01", "2019-01-00", "0000-01-01"]
)
def test_days_that_do_not_exist(text):
    assert problem_of(reader("YYYY-MM-DD"), text) in {Problem.DATE_NOT_REAL, Problem.DATE_EARLY}


@given(days, days)
def test_age_is_that_of_the_last_birthday(one, other):
    born, then = sorted((one, other))
    years = whole_years(born.isoformat(), then.isoformat())
    assert years >= 0
    birthday = (born.month, born.day)
    assert years == then.year - born.year - ((then.month, then.day) < birthday)


def test_less_precise_dates_give_the_most_that_the_age_can_be():
    assert whole_years("2000", "2010-01-01") == 10
    assert whole_years("2000-12", "2010-12-01") == 10
    assert whole_years("2000-12", "2010-11") == 9
    assert whole_years("2010-12", "2010-11-30") == -1


@given(st.dates(date(1927, 1, 1), TODAY))
def test_two_digits_of_a_year_are_those_of_the_last_hundred_years(day):
    text = day.strftime("%d/%m/%y")
    assert reader("DD/MM/YY").read(text) == day.isoformat()
    buddhist = f"{day:%d/%m}/{(day.year + 543) % 100:02d}"
    assert reader("DD/MM/YY", era="BE").read(buddhist) == day.isoformat()


@pytest.mark.parametrize(
    ("pivot", "era", "text", "year"),
    [
        (1950, "CE", "50", "1950"),
        (1950, "CE", "26", "2026"),
        (1917, "CE", "17", "1917"),
        (1917, "CE", "16", "2016"),
        (2490, "BE", "90", "1947"),
        (2490, "BE", "69", "2026"),
        (None, "BE", "70", "1927"),
        (None, "CE", "27", "1927"),
    ],
)
def test_a_pivot_says_which_hundred_years_two_digits_mean(pivot, era, text, year):
    assert DateReader((DateFormat("YY"),), era, TODAY, pivot).read(text) == year


def test_two_digits_never_make_a_day_that_is_still_to_come():
    assert problem_of(reader("DD/MM/YY"), "31/12/26") is Problem.DATE_FUTURE
    reading = DateReader((DateFormat("YY"),), "CE", TODAY, 1950)
    assert problem_of(reading, "49") is Problem.DATE_FUTURE
    assert problem_of(reader("DD/MM/YY"), "29/02/19") is Problem.DATE_NOT_REAL


@pytest.mark.parametrize("text", ["DD/MM", "YYYY YY", "YY/YY", "DD/MM/YYY"])
def test_a_format_has_one_year(text):
    with pytest.raises(ValueError, match=r"a format has the year|the tokens are"):
        DateFormat(text)


HOURS = {"+07:00": 7, "+06:30": 6.5, "+09:00": 9, "-03:00": -3}


@given(
    st.dates(date(1971, 1, 1), date(2026, 11, 24)),
    st.times(),
    st.sampled_from(sorted(HOURS.values())),
    st.sampled_from(["EPOCH", "EPOCHMS"]),
)
def test_a_moment_is_the_day_that_it_was_on_the_clocks_there(day, clock, hours, form):
    zone = timedelta(hours=hours)
    seconds = int((datetime.combine(day, clock.replace(microsecond=0), UTC) - zone).timestamp())
    text = str(seconds * 1000 + 999 if form == "EPOCHMS" else seconds)
    reading = DateReader((DateFormat(form),), "CE", TODAY, zone=zone)
    assert reading.read(text) == day.isoformat()


def test_moments_before_1970_and_at_its_beginning_are_read():
    reading = DateReader((DateFormat("EPOCH"),), "CE", TODAY)
    assert [reading.read(text) for text in ("0", "-1", "-86401")] == [
        "1970-01-01",
        "1969-12-31",
        "1969-12-30",
    ]
    ms = DateReader((DateFormat("EPOCHMS"),), "CE", TODAY)
    assert ms.read("-1") == "1969-12-31"


@pytest.mark.parametrize(
    ("form", "text", "problem"),
    [
        ("EPOCH", "1.58e+9", Problem.DATE_FORM),
        ("EPOCH", "1583020800000", Problem.DATE_FORM),
        ("EPOCH", "99999999999", Problem.DATE_FUTURE),
        ("EPOCH", "-9999999999", Problem.DATE_EARLY),
        ("EPOCH", "-99999999999", Problem.DATE_NOT_REAL),
        ("EPOCHMS", "4102444800000", Problem.DATE_FUTURE),
        ("EPOCHMS", "2020-03-01", Problem.DATE_FORM),
    ],
)
def test_what_counts_no_seconds_is_no_date(form, text, problem):
    assert problem_of(reader(form), text) is problem


def test_counted_and_written_dates_stand_in_one_column():
    reading = DateReader(
        (DateFormat("EPOCHMS"), DateFormat("DD/MM/YYYY")), "CE", TODAY, zone=timedelta(hours=7)
    )
    # 17:30 in UTC is half past midnight of the next day there.
    assert reading.read("1583083800000") == "2020-03-02"
    assert reading.read("01/03/2020") == "2020-03-01"
