"""No row is lost in silence: each counts, or has a reason, or belongs to nobody and is reported."""

import csv
import io
import random
from collections import Counter
from datetime import date

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_page import quality_page
from gateway.sources.quality.quality_report import quality_json, quality_text

JOINED = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Sex: sex
    left_out: {Accident: the key of accidents.csv, Person: the key of services.csv}
  accidents.csv:
    join: {No: Accident}
    columns: {Date: date}
  services.csv:
    several: yes
    join: {Person: Person}
    columns: {Number: service_id, Pillar: va_pillar}
constants: {consent_share: AGG}
"""
TODAY = date(2026, 11, 25)
VICTIMS, ACCIDENTS, SERVICES = "Case,Accident,Person,Sex\n", "No,Date\n", "Number,Person,Pillar\n"


@pytest.fixture
def joined(small):
    small.mapping = JOINED

    def loaded(victims, accidents="A1,2010-12-31\n", services=""):
        return small.load(
            victims=VICTIMS + victims, accidents=ACCIDENTS + accidents, services=SERVICES + services
        )

    return loaded


def accounts(loaded):
    """Table -> rows counted, and the other rows by the name of their reason."""
    return {
        a.table.removesuffix(".csv"): (a.counted, {reason.name: n for reason, n in a.reasons.items()})
        for a in loaded.accounts
    }


def lines(loaded, problem):
    return [(f.table, f.lines) for f in loaded.findings if f.problem is problem]


SURVEY = """\
mapping: 1
member: KH
source: csv
tables:
  survey.csv:
    columns:
      _uuid: case_id
      date: date
    left_out: {_index: counts rows}
  victims.csv:
    join: {_index: _index}
    columns:
      sex: {to: sex, codes: {male: M, female: F}}
    left_out: {_parent_index: counts rows of the survey}
constants: {consent_share: AGG}
"""


def survey(submissions=180, victims=283):
    """A survey with its victims in a repeated group: both tables number their own rows."""
    dice = random.Random(33)
    parents = sorted(
        [*range(1, submissions + 1), *dice.choices(range(1, submissions + 1), k=victims - submissions)]
    )
    first = "".join(
        f"{n},{dice.getrandbits(64):016x},2024-0{1 + n % 9}-11\n" for n in range(1, submissions + 1)
    )
    second = "".join(
        f"{n},{parent},{('male', 'female')[n % 4 == 0]}\n" for n, parent in enumerate(parents, 1)
    )
    return {"survey": "_index,_uuid,date\n" + first, "victims": "_index,_parent_index,sex\n" + second}


def test_victims_joined_by_the_number_of_another_tables_row_are_missed_aloud(small):
    small.mapping = SURVEY
    loaded = small.load(**survey())

    assert len(loaded.snapshot) == 180
    assert accounts(loaded) == {"survey": (180, {}), "victims": (180, {"ORPHAN": 103})}
    assert small.problems(loaded) == {("", "ORPHAN"): 103}
    quality = assess(loaded, regional())
    assert quality.measures["counted"] == pytest.approx(180 / 283)
    assert quality.score < 64
    text, page = quality_text(quality, regional()), quality_page(quality, regional())
    assert "victims.csv        283      180   63.6 %" in text
    assert "103  belongs to no casualty of the first table: not counted" in text
    assert "Rows that do not count" in page
    assert quality_json(quality)["accounts"][1]["reasons"] == {"ORPHAN": 103}


def test_the_same_survey_joined_by_its_key_counts_whole(small):
    small.mapping = (
        "mapping: 1\nmember: KH\nsource: csv\ntables:\n"
        "  victims.csv:\n    columns: {_index: case_id, sex: {to: sex, codes: {male: M, female: F}}}\n"
        "    left_out: {_parent_index: key}\n"
        "  survey.csv:\n    join: {_index: _parent_index}\n    columns: {date: date}\n"
        "    left_out: {_uuid: not needed}\nconstants: {consent_share: AGG}\n"
    )
    loaded = small.load(**survey())
    assert len(loaded.snapshot) == 283
    assert accounts(loaded) == {"victims": (283, {}), "survey": (180, {})}
    assert loaded.findings == ()


@pytest.mark.parametrize(("submissions", "victims"), [(180, 283), (1500, 2600)])
def test_a_draft_joins_no_row_number_to_the_row_number_of_another_table(tmp_path, submissions, victims):
    for name, text in survey(submissions, victims).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    text = draft_mapping(str(tmp_path), "KH", regional(), TODAY)
    assert "{_index: _index}" not in text
    assert "_index: _parent_index" in text or "join: {}  # ?" in text


def test_a_table_of_services_is_not_joined_by_the_numbers_of_its_rows(tmp_path):
    people = "".join(f"{n},R{n:03d},2020-03-1{n % 9},{'MF'[n % 2]},{5 + n % 60}\n" for n in range(1, 120))
    visits = "".join(f"{n},rehabilitation,received\n" for n in range(1, 100))
    (tmp_path / "a.csv").write_text("No,Case,Accident date,Sex,Age\n" + people, encoding="utf-8")
    (tmp_path / "b.csv").write_text("No,Type of support,Status\n" + visits, encoding="utf-8")
    assert "join: {No: No}" not in draft_mapping(str(tmp_path), "KH", regional(), TODAY)


def test_tables_of_equal_length_with_row_numbers_are_joined_with_a_doubt(tmp_path):
    (tmp_path / "a.csv").write_text(
        "No,Case,Sex\n" + "".join(f"{n},R{n:03d},male\n" for n in range(1, 60)), encoding="utf-8"
    )
    (tmp_path / "b.csv").write_text(
        "No,Date\n" + "".join(f"{n},2019-03-{1 + n % 28:02d}\n" for n in range(1, 60)), encoding="utf-8"
    )
    assert "join: {No: No}  # ?" in draft_mapping(str(tmp_path), "KH", regional(), TODAY)


def test_children_without_a_parent_and_parents_without_a_child_are_told(joined):
    loaded = joined("C1,A1,,M\nC2,A9,,F\n", "A1,2010-12-31\nA2,2010-12-30\nA3,2010-12-29\n")
    assert accounts(loaded) == {
        "victims": (1, {"JOIN": 1}), "accidents": (1, {"ORPHAN": 2}), "services": (0, {}),
    }  # fmt: skip
    assert lines(loaded, Problem.ORPHAN) == [("accidents.csv", (3, 4))]


def test_accidents_without_victims_are_no_fault_where_the_mapping_says_so(small, joined):
    small.mapping = JOINED.replace("join: {No: Accident}", "join: {No: Accident}\n    unclaimed: allowed")
    loaded = joined("C1,A1,,M\n", "A1,2010-12-31\nA2,2010-12-30\n")
    (_, table, _) = loaded.accounts
    assert (table.rows, table.counted, table.share) == (2, 1, 1.0)
    assert lines(loaded, Problem.ORPHAN) == [("accidents.csv", (3,))]
    assert "(as the mapping allows)" in quality_text(assess(loaded, regional()), regional())


def test_a_parent_of_rows_that_do_not_count_has_that_reason(joined):
    loaded = joined("C1,A1,,M\n,A2,,M\n", "A1,2010-12-31\nA2,2010-12-30\nA3,never\n")
    assert accounts(loaded)["accidents"] == (1, {"DATE_FORM": 1, "OF_NONE_COUNTED": 1})


def test_a_row_has_the_reason_of_the_row_that_it_is_joined_to(joined):
    loaded = joined("C1,A1,,M\nC2,A3,,M\n", "A1,2010-12-31\nA3,never\n")
    assert accounts(loaded)["victims"] == (1, {"DATE_FORM": 1})


def test_a_joined_row_whose_key_stands_twice_does_not_count(joined):
    loaded = joined("C1,A1,,M\n", "A1,2010-12-31\nA1,2010-12-30\n,2010-12-29\n")
    assert accounts(loaded)["accidents"] == (1, {"JOIN_TWICE": 1, "ORPHAN": 1})


def test_a_case_in_several_rows_counts_in_one_of_them(joined):
    loaded = joined("C1,A1,,F\nC1,A1,,F\nC1,A1,,M\n")
    assert accounts(loaded)["victims"] == (1, {"TWICE_SAME": 1, "TWICE_OTHER": 1})


def test_services_that_a_join_multiplies_are_told(joined):
    loaded = joined("C1,A1,P1,M\nC2,A1,P1,F\nC3,A1,P3,F\n", services="S1,P1,REH\nS2,P3,REH\nS3,P9,REH\n")
    assert accounts(loaded)["services"] == (1, {"MULTIPLIED": 1, "ORPHAN": 1})
    assert lines(loaded, Problem.MULTIPLIED) == [("services.csv", (2,))]


def test_services_without_a_key_are_nobodys_and_not_everybodys_without_one(joined):
    loaded = joined("C1,A1,,M\nC2,A1,,F\n", services="S1,,REH\n")
    assert loaded.snapshot.columns["status.REH"].values() == ["UNK", "UNK"]
    assert accounts(loaded)["services"] == (0, {"ORPHAN": 1})


def test_a_service_in_a_row_of_nobody_does_not_hide_the_same_service_of_somebody(joined):
    loaded = joined("C1,A1,P1,M\n", services="S1,P9,REH\nS1,P1,REH\n")
    assert len(loaded.snapshot.contacts) == 1
    assert accounts(loaded)["services"] == (1, {"ORPHAN": 1})


def test_rows_that_are_no_rows_of_the_table_are_accounted_for(joined):
    loaded = joined("C1,A1,,M\nC2,A1,\nC3,A1,,M,more\n,,,\nCase,Accident,Person,Sex\nC4,A1,,F\n")
    (table, *_) = loaded.accounts
    assert accounts(loaded)["victims"] == (2, {"ROW_SHORT": 1, "ROW_LONG": 1})
    assert (table.rows, table.empty) == (4, 2)


REPEATED = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    repeat: 2
    columns: {Date: date, "V{n} ID": case_id, "V{n} Sex": sex}
constants: {consent_share: AGG}
"""


def test_victims_beside_each_other_are_rows_each(small):
    small.mapping = REPEATED
    loaded = small.load(
        victims="Date,V1 ID,V1 Sex,V2 ID,V2 Sex,V3 ID,V3 Sex\n"
        "2019-01-02,V1,M,V2,F,V3,F\n2019-01-03,,,,,,\n2019-01-04,,,,,V4,F\n2019-01-05,,M,,,,\n"
    )
    assert accounts(loaded)["victims"] == (2, {"VICTIM_BEYOND": 2, "BLANK": 1, "NO_CASUALTY": 1})


def test_a_table_that_the_mapping_does_not_name_is_told_and_the_sheet_of_another_year_lowers_the_share(
    tmp_path,
):
    book = openpyxl.Workbook()
    book.active.title = "victims"
    for row in (["Case", "Date"], ["C1", "2010-01-02"]):
        book.active.append(row)
    for name in ("notes", "codes", "empty"):
        book.create_sheet(name).append(["x"] if name != "empty" else [])
    for row in (["Date", "CASE", "Remark"], ["2011-01-02", "C2", ""], ["2012-01-02", "C3", ""]):
        (book["2024"] if "2024" in book.sheetnames else book.create_sheet("2024")).append(row)
    path = tmp_path / "register.xlsx"
    book.save(path)
    text = (
        "mapping: 1\nmember: KH\nsource: xlsx\ntables:\n"
        "  victims:\n    columns: {Case: case_id, Date: date}\n"
        "constants: {consent_share: AGG}\nleft_out: {codes: what the numbers mean}\n"
    )
    findings, mapping = Findings(), parse_mapping(text, regional())
    with open_source(str(path), mapping, findings) as source:
        loaded = load(
            source,
            mapping,
            regional(),
            pseudonymise=lambda _kind, values: values,
            today=TODAY,
            findings=findings,
        )
    assert {(f.table, f.problem, f.count) for f in loaded.findings} == {
        ("2024", Problem.TABLE_NOT_MAPPED, 1),
        ("2024", Problem.TABLE_ALIKE, 2),
        ("notes", Problem.TABLE_NOT_MAPPED, 1),
        ("empty", Problem.TABLE_NOT_MAPPED, 1),
    }
    assert accounts(loaded) == {"victims": (1, {}), "2024": (0, {"TABLE_ALIKE": 2})}
    assert assess(loaded, regional()).measures["counted"] == 0


def test_the_first_table_has_no_rows_of_nobody(small):
    with pytest.raises(MappingError, match="joined to nothing"):
        parse_mapping(
            small.mapping.replace("    columns:", "    unclaimed: allowed\n    columns:"), regional()
        )


CASES = st.sampled_from(["C1", "C2", "C3", "c-2", "", "--"])
KEYS = st.sampled_from(["A1", "A2", "a1", ""])
PEOPLE = st.sampled_from(["P1", "P2", ""])
DATES = st.sampled_from(["2010-12-31", "2011", "2011-13-01", "2999-01-01", ""])
NOT_A_ROW = st.sampled_from([[], ["C1"], ["", "", "", ""], ["x"] * 9])


def table(heading, rows):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([*csv.reader([heading.strip()]), *rows])
    stream.write("\n")  # an empty line at the end, so that a short row is not taken for a cut
    return stream.getvalue()


def some(*cells):
    return st.lists(st.one_of(st.tuples(*cells).map(list), NOT_A_ROW), max_size=8)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    victims=some(CASES, KEYS, PEOPLE, st.sampled_from(["M", "F", "?"])),
    accidents=some(KEYS, DATES),
    services=some(st.sampled_from(["S1", "S2", ""]), PEOPLE, st.sampled_from(["REH", "PSS", "?"])),
    data=st.data(),
)
def test_every_row_is_accounted_for_once_in_any_order(small, victims, accidents, services, data) -> None:
    small.mapping = JOINED
    rows = {
        "victims": (VICTIMS, victims),
        "accidents": (ACCIDENTS, accidents),
        "services": (SERVICES, services),
    }

    first = small.load(**{name: table(*both) for name, both in rows.items()})
    shuffled = {n: table(heading, data.draw(st.permutations(each))) for n, (heading, each) in rows.items()}
    again = small.load(**shuffled)

    for account, (_, each) in zip(first.accounts, rows.values(), strict=True):
        assert account.counted + sum(account.reasons.values()) + account.empty == len(each) + 1
        assert 0 <= account.share <= 1
    assert first.accounts[0].counted == len(first.snapshot)
    assert again.snapshot.id == first.snapshot.id
    assert again.accounts == first.accounts
    assert small.problems(again) == small.problems(first)
    reported = Counter({(f.table, f.problem): f.count for f in first.findings if not f.column})
    for account in first.accounts:
        for problem in (Problem.ORPHAN, Problem.OF_NONE_COUNTED, Problem.MULTIPLIED):
            assert reported[account.table, problem] == account.reasons.get(problem, 0)
