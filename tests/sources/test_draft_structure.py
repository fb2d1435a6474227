"""Drafts understand how tools write: surveys with repeats, map services, DHIS2, lists of codes, databases."""

import json
import random
from datetime import date

import pytest
import sqlalchemy as sa
from ruamel.yaml import YAML

from gateway.dictionary import regional
from gateway.sources.files.database_source import open_database
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.tables import ForeignKey
from gateway.sources.quality.load import load

TODAY = date(2026, 11, 25)


def draft(place, member):
    return draft_mapping(str(place), member, regional(), TODAY)


def write_table(path, headings, rows):
    lines = [",".join(map(str, row)) for row in (headings, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def loaded(place, text):
    mapping = parse_mapping(text, regional())
    findings = Findings()
    with open_source(str(place), mapping, findings) as source:
        return load(
            source,
            mapping,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=TODAY,
            findings=findings,
        )


def columns(text):
    """Heading -> target of the first table of a draft."""
    tables = YAML(typ="safe").load(text)["tables"]
    first = next(iter(tables.values()))
    return {h: rule if isinstance(rule, str) else rule["to"] for h, rule in first["columns"].items()}


def people(count, *more):
    """Rows of a case number, a date, a sex, and more cells."""
    return [
        [
            f"C{n:04d}",
            f"20{10 + n % 15}-0{1 + n % 9}-1{n % 9}",
            ("male", "female")[n % 3 == 0],
            *(cell(n) for cell in more),
        ]
        for n in range(1, count + 1)
    ]


HEAD = ["Case No", "Accident date", "Sex"]


def test_several_choices_in_one_cell_are_apart_at_the_blank(tmp_path):
    rows = people(60, lambda n: ("leg eye", "arm", "", "burns leg arm")[n % 4])
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, "injuries"], rows), "KH")
    assert "separator: space" in text
    snapshot = loaded(tmp_path / "a.csv", text).snapshot
    assert snapshot.columns["injury.AMP_L"].values().count("YES") == sum("leg" in row[3] for row in rows)


def test_columns_of_options_beside_their_question_are_left_out(tmp_path):
    rows = people(60, lambda n: ("leg", "arm")[n % 2], lambda n: int(n % 2 == 0), lambda n: n % 2)
    head = [f"g/{h}" for h in (*HEAD, "injuries", "injuries/leg", "injuries/arm")]
    text = draft(write_table(tmp_path / "a.csv", head, rows), "KH")
    found = columns(text)
    assert found["g/injuries"] == "injury"
    assert "an option of a column that is read as a whole" in text
    assert not {"g/injuries/leg", "g/injuries/arm"} & set(found)


@pytest.mark.parametrize(
    ("headings", "yes", "no"),
    [
        (("Injury: leg", "Injury: eye"), "1", "0"),
        (("injury_leg", "injury_eye"), "yes", "no"),
        (("ແຂນຂາດ", "ຕາບອດ"), "x", ""),
    ],
)
def test_columns_of_options_alone_are_injuries(tmp_path, headings, yes, no):
    rows = people(60, lambda n: (yes, no)[n % 3 > 0], lambda n: (yes, no)[n % 4 > 0])
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, *headings], rows), "LA")
    first = "injury.AMP_U" if "ແຂນຂາດ" in headings else "injury.AMP_L"
    assert [columns(text).get(h) for h in headings] == [first, "injury.EYE"]
    values = loaded(tmp_path / "a.csv", text).snapshot.columns[first].values()
    assert (values.count("YES"), values.count("NO")) == (20, 40)


def test_ages_in_years_and_months_stand_side_by_side(tmp_path):
    rows = people(60, lambda n: "" if n % 4 == 0 else 20 + n, lambda n: 1 + n % 40 if n % 4 == 0 else 0)
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, "Age (years)", "Age (months)"], rows), "PH")
    found = columns(text)
    assert (found["Age (years)"], found["Age (months)"]) == ("age", "age_months")
    ages = loaded(tmp_path / "a.csv", text).snapshot.columns["age"].values()
    assert ages.count("0-4") == 15
    assert "UNK" not in ages


def test_no_months_beside_no_years_say_nothing(small):
    small.mapping = small.mapping.replace("      Age: age", "      Age: age\n      Months: age_months")
    text = small.text({"Age": ""}, {"Age": ""}, {"Age": "34"}).splitlines()
    cells = ["Months", "0", "7", "9"]
    body = "".join(f"{line},{cell}\n" for line, cell in zip(text, cells, strict=True))
    assert small.load(victims=body).snapshot.columns["age"].values() == ["UNK", "0-4", "25-34"]


@pytest.mark.parametrize(
    "cell",
    [
        lambda n: f"20{10 + n % 15}-03-{1 + n % 28:02d} 1{n % 9}:00:0{n % 9}",
        lambda n: f"{11 + n / 997:.6f}",
        lambda n: n % 2,
        lambda n: ("true", "false")[n % 2],
    ],
)
@pytest.mark.parametrize("heading", ["Case ID", "ID card", "Accident No"])
def test_a_date_a_coordinate_or_a_yes_is_no_identifier_whatever_its_heading_says(tmp_path, cell, heading):
    rows = people(60, cell)
    text = draft(write_table(tmp_path / "a.csv", ["Reference", *HEAD[1:], heading], rows), "KH")
    assert columns(text).get(heading) not in {"case_id", "national_id", "accident_id"}
    assert columns(text)["Reference"] == "case_id"


def test_a_draft_says_how_sure_it_is_and_lists_the_words_that_it_does_not_know(tmp_path):
    rows = people(60, lambda n: ("leg", "bruise", "leg;graze")[n % 3], lambda n: ("CIV", "zz")[n % 5 == 0])
    text = draft(
        write_table(tmp_path / "a.csv", ["Case No", "Day of it", "Sex", "Injury", "Group"], rows), "KH"
    )
    assert '# not recognised: "bruise" (20), "graze" (20)' in text
    assert "zz: UNK  # ? not recognised (12)" in text
    day = next(line for line in text.splitlines() if line.strip().startswith("Day of it"))
    assert day.endswith(("likely", "a guess"))
    assert parse_mapping(text, regional())


def test_two_columns_that_fit_alike_are_a_doubt(tmp_path):
    rows = [[f"C{n}", f"2019-03-{1 + n % 28:02d}", f"2020-03-{1 + n % 28:02d}", "male"] for n in range(60)]
    text = draft(
        write_table(tmp_path / "a.csv", ["Case No", "Accident date", "Incident date", "Sex"], rows), "KH"
    )
    assert "or is it 'Incident date'?" in text


def test_a_list_of_domains_explains_the_numbers_of_its_fields(tmp_path):
    write_table(
        tmp_path / "a.csv",
        [*HEAD[:2], "gender_code", "result"],
        [[*row[:2], 7 + n % 2, 1 + n % 2] for n, row in enumerate(people(60))],
    )
    write_table(
        tmp_path / "lists.csv",
        ["list_name", "code", "label"],
        [
            ["gender_code", 7, "Male"],
            ["gender_code", 8, "Female"],
            ["result", 1, "Killed"],
            ["result", 2, "Injured"],
        ],
    )
    text = draft(tmp_path, "KH")
    body = YAML(typ="safe").load(text)
    assert body["tables"]["a.csv"]["columns"]["gender_code"]["codes"] == {7: "M", 8: "F"} or '"7": M' in text
    assert body["left_out"] == {"lists.csv": "what codes and headings mean"}
    assert set(loaded(tmp_path, text).snapshot.columns["sex"].values()) == {"M", "F"}


def test_metadata_of_dhis2_names_headings_and_options(tmp_path):
    body = {
        "dataElements": [{"id": "aB3dEf6hIj1", "name": "x", "formName": "Sex", "optionSet": {"id": "s1"}}],
        "optionSets": [{"id": "s1", "options": [{"id": "o1"}, {"id": "o2"}]}],
        "options": [{"id": "o1", "code": "1A", "name": "Male"}, {"id": "o2", "code": "2A", "name": "Female"}],
    }
    (tmp_path / "metadata.json").write_text(json.dumps(body), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    write_table(
        tmp_path / "a.csv",
        [*HEAD[:2], "aB3dEf6hIj1"],
        [[*row[:2], ("1A", "2A")[n % 2]] for n, row in enumerate(people(60))],
    )
    text = draft(tmp_path, "KH")
    assert 'aB3dEf6hIj1:  # "Sex"' in text
    assert set(loaded(tmp_path, text).snapshot.columns["sex"].values()) == {"M", "F"}


def test_a_sheet_that_belongs_to_another_sheet_than_the_victims_is_left_out(tmp_path):
    dice = random.Random(5)
    survey = [[n, f"u{n}", f"2020-03-1{n % 9}", "t"] for n in range(1, 80)]
    victims = [
        [n, 1 + n * 7 % 79, ("male", "female")[n % 2], 5 + n % 70, ("killed", "injured")[n % 2]]
        for n in range(1, 140)
    ]
    witnesses = [[n, dice.randrange(1, 80), "Sok Dara", "male"] for n in range(1, 50)]
    write_table(tmp_path / "survey.csv", ["_index", "_uuid", "accident_date", "_submission_time"], survey)
    write_table(tmp_path / "victims.csv", ["_index", "_parent_index", "sex", "age", "outcome"], victims)
    write_table(tmp_path / "witnesses.csv", ["_index", "_parent_index", "name", "sex"], witnesses)
    text = draft(tmp_path, "KH")
    body = YAML(typ="safe").load(text)
    assert list(body["tables"]) == ["victims.csv", "survey.csv"]
    assert body["tables"]["survey.csv"]["join"] == {"_index": "_parent_index"}
    assert body["left_out"] == {"witnesses.csv": "its rows name no casualty"}
    assert len(loaded(tmp_path, text).snapshot) == 139


def test_rows_above_that_nobody_names_are_counted_in_a_doubt(tmp_path):
    write_table(
        tmp_path / "s.csv",
        ["_index", "_uuid", "accident_date"],
        [[n, f"u{n}", "2020-03-11"] for n in range(1, 80)],
    )
    write_table(
        tmp_path / "v.csv", ["_index", "_parent_index", "sex"], [[n, n, "male"] for n in range(1, 60)]
    )
    text = draft(tmp_path, "KH")
    assert "unclaimed: allowed  # ? 20 rows that no casualty belongs to: is that right?" in text
    made = loaded(tmp_path, text)
    assert sum(f.count for f in made.findings if f.problem is Problem.ORPHAN) == 20


@pytest.fixture
def schemas(postgresql_url):
    """Victims in one schema, their accidents in another."""
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        for statement in (
            "CREATE SCHEMA mine_action",
            "CREATE TABLE mine_action.acc (id integer PRIMARY KEY, happened date)",
            "CREATE TABLE person (id integer PRIMARY KEY, acc_id integer REFERENCES mine_action.acc(id))",
            "ALTER TABLE person ADD sex text, ADD age integer",
            "INSERT INTO mine_action.acc SELECT n, date '2015-01-01' + 20 * n FROM generate_series(1, 40) n",
            "INSERT INTO person SELECT n, 1 + mod(n * 7, 40), 'male', mod(n, 70) FROM generate_series(1, 90) n",  # noqa: E501
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return postgresql_url


def test_every_schema_of_a_database_is_listed_and_its_keys_are_read(schemas):
    with open_database(schemas) as source:
        assert source.tables() == ["mine_action.acc", "person"]
        assert source.foreign_keys() == [ForeignKey("person", "acc_id", "mine_action.acc", "id")]
    text = draft_mapping(schemas, "KH", regional(), TODAY)
    mapping = parse_mapping(text, regional())
    assert [table.name for table in mapping.tables] == ["person", "mine_action.acc"]
    assert dict(mapping.tables[1].join) == {"id": "acc_id"}
    assert len(loaded(schemas, text).snapshot) == 90


def test_keys_of_a_database_in_a_file_are_read(tmp_path):
    path = tmp_path / "a.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (x INTEGER)")
        connection.exec_driver_sql("CREATE TABLE b (y INTEGER REFERENCES a(x))")
    engine.dispose()
    with open_database(f"sqlite:///{path}") as source:
        assert source.foreign_keys() == [ForeignKey("b", "y", "a", "x")]


def test_yes_and_no_under_any_heading_is_not_taken_for_consent(tmp_path):
    rows = people(60, lambda n: ("no", "all")[n % 2])
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, "xyz"], rows), "KH")
    assert columns(text).get("xyz") != "consent_share"
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, "May we share?"], rows), "KH")
    assert columns(text)["May we share?"] == "consent_share"


def test_sheets_of_a_survey_with_the_same_columns_are_not_one_table(tmp_path):
    heads = ["_index", "_parent_index", "name", "sex"]
    survey = [[n, f"u{n}", "2020-03-11"] for n in range(1, 60)]
    write_table(tmp_path / "s.csv", ["_index", "_uuid", "accident_date"], survey)
    for name in ("a_victims.csv", "b_witnesses.csv"):
        write_table(
            tmp_path / name, heads, [[n, n, "Sok Dara", ("male", "female")[n % 2]] for n in range(1, 60)]
        )
    assert "also:" not in draft(tmp_path, "KH")


def test_a_table_that_names_casualties_many_times_is_one_of_help(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE victim (id INTEGER PRIMARY KEY, happened TEXT, sex TEXT, age INTEGER)"
        )
        connection.exec_driver_sql(
            "CREATE TABLE given (no INTEGER, who INTEGER REFERENCES victim(id), what TEXT)"
        )
        for n in range(1, 60):
            connection.exec_driver_sql("INSERT INTO victim VALUES (?, '2020-03-11', 'male', ?)", (n, n))
            connection.exec_driver_sql(
                "INSERT INTO given VALUES (?, ?, ?)", (n, 1 + n % 20, ("surgery", "loan")[n % 2])
            )
    engine.dispose()
    text = draft(url, "KH")
    body = YAML(typ="safe").load(text)
    assert body["tables"]["given"]["several"] is True or "several: yes" in text
    assert body["tables"]["given"]["join"] == {"who": "id"}


def test_numbered_levels_of_places_are_no_victims(tmp_path):
    rows = people(
        60,
        lambda n: ("Pailin", "Pursat")[n % 2],
        lambda n: f"d{n % 9}",
        lambda n: f"P{n % 2}",
        lambda n: n % 9,
    )
    heads = ["adm1_name", "adm2_name", "adm1_code", "adm2_code"]
    text = draft(write_table(tmp_path / "a.csv", [*HEAD, *heads], rows), "KH")
    assert "repeat:" not in text
    assert columns(text)["adm1_name"] == "place"


def test_the_day_on_which_a_row_was_written_is_not_that_of_the_accident(tmp_path):
    rows = [[f"C{n}", f"2025-03-{1 + n % 28:02d}", "male", f"2019-02-{1 + n % 28:02d}"] for n in range(60)]
    text = draft(
        write_table(tmp_path / "a.csv", ["Case No", "Date of registration", "Sex", "Day"], rows), "KH"
    )
    assert columns(text)["Day"] == "date"
    assert "Date of registration: when it was written down" in text


@pytest.mark.parametrize(
    ("member", "years", "era"), [("TH", (58, 67), "BE"), ("PH", (58, 67), "CE"), ("TH", (10, 19), "CE")]
)
def test_two_digits_are_buddhist_years_where_the_common_ones_lie_a_generation_back(
    tmp_path, member, years, era
):
    first, last = years
    rows = [[f"C{n}", f"{13 + n % 15}/03/{first + n % (last - first)}", "male"] for n in range(60)]
    text = draft(write_table(tmp_path / "a.csv", HEAD, rows), member)
    assert parse_mapping(text, regional()).tables[0].columns["Accident date"].era == era
    assert "which hundred years are meant" in text


def test_sums_by_province_are_not_joined_to_people(tmp_path):
    rows = people(60, lambda n: ("Pailin", "Pursat", "Kampot")[n % 3])
    write_table(tmp_path / "a.csv", ["No", *HEAD, "Province"], [[n, *row] for n, row in enumerate(rows, 1)])
    write_table(
        tmp_path / "sums.csv",
        ["Province", "Killed", "Injured"],
        [["Pailin", 3, 17], ["Pursat", 5, 15], ["Kampot", 9, 11]],
    )
    body = YAML(typ="safe").load(draft(tmp_path, "KH"))
    assert list(body["tables"]) == ["a.csv"]
    assert body["tables"]["a.csv"]["columns"]["Province"] == "place"
