"""A draft mapping: recognised in the region's languages, doubts marked, and never a personal value in it."""

import random
from dataclasses import replace
from datetime import date
from functools import cache

import openpyxl
import pytest
import sqlalchemy as sa
from ruamel.yaml import YAML

from gateway.demo.people import demo_members, make_people
from gateway.demo.people_files import mapping_text, write_register
from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.rows.headings import check_headings

TODAY = date(2026, 11, 25)
SEED = 3


def draft(place, member):
    return draft_mapping(str(place), member, regional(), TODAY)


@cache
def some_people(member):
    """As many of a demo member's people as show every heading and most words of its register."""
    people = make_people(member, SEED)
    return replace(people, records=people.records[-250:])


@pytest.fixture(scope="module", params=demo_members())
def register(request, tmp_path_factory):
    """A demo member's people, where their register is, and the draft that is made of it."""
    people = some_people(request.param)
    folder = write_register(people, tmp_path_factory.mktemp(request.param), SEED).folder
    return people, folder, draft(folder, request.param)


def columns_of(mapping):
    """Table and heading -> target, or "" where it is left out."""
    return {
        (table.name, heading): target
        for table in mapping.tables
        for heading, target in [
            *((h, rule.target.name) for h, rule in table.columns.items()),
            *((h, "") for h in table.left_out),
        ]
    }


def test_nine_in_ten_columns_of_a_demo_register_are_recognised(register):
    people, _, text = register
    right = columns_of(parse_mapping(mapping_text(people.member), regional()))
    drafted = columns_of(parse_mapping(text, regional()))
    found = sum(drafted.get(column) == target for column, target in right.items())
    assert found >= 0.9 * len(right)


def test_a_draft_fits_the_source_that_it_was_made_from(register):
    _, folder, text = register
    mapping = parse_mapping(text, regional())
    with open_source(str(folder), mapping, Findings()) as source:
        assert check_headings(source, mapping, Findings()) == []


def test_no_personal_value_is_in_a_draft(register):
    people, _, text = register
    assert not [secret for secret in people.secrets() if secret in text]


def write_table(path, headings, rows, delimiter=",", encoding="utf-8"):
    lines = [delimiter.join(map(str, row)) for row in (headings, *rows)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


@pytest.fixture
def indonesian(tmp_path):
    """A register of a state that the demo does not have."""
    dice = random.Random(4)
    columns = {
        "no_kasus": lambda n: f"ID{n:05d}",
        "nama": lambda _: dice.choice(["Budi Santoso", "Siti Rahayu", "Agus Wijaya"]),
        "nik": lambda _: f"3{dice.randrange(10**15):015d}",
        "tanggal_kejadian": lambda n: f"{1 + n % 28}/{1 + n % 12}/{dice.randrange(2001, 2025)}",
        "provinsi": lambda _: dice.choice(["Aceh", "Papua", "Maluku", "Sulawesi Tengah"]),
        "umur": lambda _: dice.randrange(3, 80),
        "jenis_kelamin": lambda _: dice.choice(["laki-laki", "perempuan"]),
        "akibat": lambda _: dice.choice(["tewas", "luka"]),
        "telepon": lambda _: f"0812 {dice.randrange(10**7):07d}",
        "desa": lambda n: f"Desa Sukamaju {n % 40}",
        "keterangan": lambda n: f"Korban sedang bekerja di kebun ketika benda itu meledak, saksi ke-{n}",
        "kegiatan": lambda _: dice.choice(["bertani", "bermain", "memancing"]),
        "persetujuan": lambda _: dice.choice(["statistik", "tidak"]),
    }
    headings = list(columns)
    rows = [[cell(n) for cell in columns.values()] for n in range(200)]
    return write_table(tmp_path / "korban.csv", headings, rows, delimiter=";")


def test_a_register_in_another_language_is_recognised(indonesian):
    mapping = parse_mapping(draft(indonesian, "ID"), regional())
    assert mapping.reading.delimiter == ";"
    table = mapping.tables[0]
    assert {heading: rule.target.name for heading, rule in table.columns.items()} == {
        "no_kasus": "case_id",
        "nik": "national_id",
        "tanggal_kejadian": "date",
        "provinsi": "place",
        "umur": "age",
        "jenis_kelamin": "sex",
        "akibat": "outcome",
        "kegiatan": "activity",
        "persetujuan": "consent_share",
    }
    assert set(table.left_out) == {"nama", "telepon", "desa", "keterangan"}
    assert table.columns["jenis_kelamin"].codes == {"laki-laki": "M", "perempuan": "F"}
    assert table.columns["tanggal_kejadian"].formats[0].text == "D/M/YYYY"


def test_doubts_are_marked(tmp_path):
    rows = [[f"C{n}", "01/02/2019", ["male", "femail", "hijra"][n % 3], "zzz"] for n in range(30)]
    text = draft(write_table(tmp_path / "a.csv", ["Case No", "Date", "Gender", "Qwerty"], rows), "KH")
    lines = {line.split(":")[0].strip(): line for line in text.splitlines()}
    assert lines["femail"].strip() == "femail: F  # ?"
    assert lines["hijra"].endswith("# ? not recognised (10)")
    assert lines["Qwerty"].endswith("# ? not recognised")
    assert lines["consent_share"].endswith("N  # ?")
    assert "Case No: case_id" in lines["Case No"]
    assert not lines["Case No"].endswith("?")


def test_consent_that_nobody_recorded_is_drafted_as_none(tmp_path):
    path = write_table(tmp_path / "a.csv", ["Case No", "Date"], [["C1", "2019-01-02"], ["C2", "2019-01-03"]])
    assert parse_mapping(draft(path, "KH"), regional()).constants["consent_share"] == "N"


@pytest.mark.parametrize(
    ("days", "form"),
    [
        (["31/12/2019", "01/02/2019"], "DD/MM/YYYY"),
        (["12/31/2019", "01/02/2019"], "MM/DD/YYYY"),
        (["31-Dec-2019", "01-Feb-2019"], "DD-MMM-YYYY"),
        (["2019-12-31 08:30:00", "2019-02-01 00:00:00"], "YYYY-MM-DD hh:mm:ss"),
        (["20191231", "20190201"], "YYYYMMDD"),
        (["31/12/19", "01/02/19"], "DD/MM/YY"),
        (["31-Dec-19", "01-Feb-19"], "DD-MMM-YY"),
    ],
)
def test_the_date_format_is_found(tmp_path, days, form):
    rows = [[f"C{n}", days[n % 2]] for n in range(40)]
    mapping = parse_mapping(draft(write_table(tmp_path / "a.csv", ["Case", "Date"], rows), "KH"), regional())
    assert [f.text for f in mapping.tables[0].columns["Date"].formats] == [form]


def test_days_counted_in_milliseconds_are_found_with_their_zone(tmp_path):
    rows = [[f"C{n}", 1_583_020_800_000 + 86_400_000 * n, f"11007001{n:05d}"] for n in range(60)]
    path = write_table(tmp_path / "a.csv", ["GlobalID", "incident_date", "ID card"], rows)
    text = draft(path, "MM")
    table = parse_mapping(text, regional()).tables[0]
    assert [form.text for form in table.columns["incident_date"].formats] == ["EPOCHMS"]
    assert 'zone: "+06:30"  # ?' in text
    assert table.columns["ID card"].target.name == "national_id"


def test_years_of_two_digits_are_a_doubt(tmp_path):
    rows = [[f"C{n}", f"{13 + n % 15}/03/{n % 27:02d}"] for n in range(60)]
    assert "which hundred years are meant" in draft(
        write_table(tmp_path / "a.csv", ["Case", "Date"], rows), "KH"
    )


def test_buddhist_years_are_found(tmp_path):
    rows = [[f"C{n}", f"{1 + n % 28:02d}/03/25{50 + n % 17}"] for n in range(60)]
    mapping = parse_mapping(draft(write_table(tmp_path / "a.csv", ["เลขที่", "วันที่"], rows), "TH"), regional())
    assert mapping.tables[0].columns["วันที่"].era == "BE"


def test_an_old_thai_encoding_and_titles_above_are_found(tmp_path):
    rows = [["เลขที่", "เพศ", "วันที่"], *[[f"C{n}", ["ชาย", "หญิง"][n % 2], "2019-02-03"] for n in range(50)]]
    path = write_table(tmp_path / "a.csv", ["ทะเบียนผู้ประสบภัย", "", ""], rows, encoding="cp874")
    mapping = parse_mapping(draft(path, "TH"), regional())
    assert (mapping.reading.encoding, mapping.reading.header) == ("cp874", 2)
    assert mapping.tables[0].columns["เพศ"].codes == {"ชาย": "M", "หญิง": "F"}


def test_a_workbook_is_drafted_too(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Victims"
    for row in [["Case No", "Date", "Sex"], *[[n, date(2019, 1, 1 + n % 28), "Male"] for n in range(40)]]:
        book.active.append(row)
    book.save(tmp_path / "register.xlsx")
    mapping = parse_mapping(draft(tmp_path / "register.xlsx", "KH"), regional())
    assert mapping.kind == "xlsx"
    assert set(mapping.tables[0].columns) == {"Case No", "Date", "Sex"}


def test_a_database_is_drafted_with_its_join(tmp_path):
    url = f"sqlite:///{tmp_path / 'register.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE accident (accident_id TEXT, accident_date TEXT, province TEXT)"
        )
        connection.exec_driver_sql(
            "CREATE TABLE person (case_id TEXT, accident_id TEXT, sex TEXT, full_name TEXT)"
        )
        accidents = [(f"A{n}", f"2019-03-{1 + n % 28:02d}", "Pailin") for n in range(30)]
        people = [(f"C{n}", f"A{n // 2}", "male", "Sok Dara") for n in range(60)]
        connection.exec_driver_sql("INSERT INTO accident VALUES (?, ?, ?)", accidents)
        connection.exec_driver_sql("INSERT INTO person VALUES (?, ?, ?, ?)", people)
    engine.dispose()
    mapping = parse_mapping(draft(url, "KH"), regional())
    assert [table.name for table in mapping.tables] == ["person", "accident"]
    assert mapping.tables[1].join == {"accident_id": "accident_id"}


def test_a_draft_without_a_join_says_so(tmp_path):
    write_table(tmp_path / "a.csv", ["Case No", "Sex"], [[f"C{n}", "male"] for n in range(20)])
    write_table(tmp_path / "b.csv", ["Accident No", "Date"], [[f"A{n}", "2019-01-02"] for n in range(20)])
    assert "join: {}  # ? heading here: heading of the first table" in draft(tmp_path, "KH")


@pytest.mark.parametrize("body", [b"", b"\n", b"one\n", b"\x00" * 100])
def test_what_cannot_be_drafted_is_an_error_or_says_what_lacks(tmp_path, body):
    path = tmp_path / "a.csv"
    path.write_bytes(body)
    try:
        text = draft(path, "KH")
    except SourceError:
        return
    assert "without which nothing can be counted" in text


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no CSV file"):
        draft(tmp_path, "KH")


def test_a_check_names_every_missing_column_of_every_table(tmp_path):
    mapping = parse_mapping(mapping_text("KH"), regional())
    for table in mapping.tables:
        (tmp_path / table.name).write_text("nothing\n", encoding="utf-8")
    with open_source(str(tmp_path), mapping, Findings()) as source:
        errors = check_headings(source, mapping, Findings())
    assert len(errors) == len(mapping.tables)


OTHER_HEADINGS = {
    "KH": {
        "Victim No": "Survivor ref.", "Accident No": "Explosion number", "ID card": "Identity card #",
        "Age": "Age at that time", "Gender": "Gender (M or F)", "Category": "Group of person",
        "Casualty": "Killed or hurt", "Injury": "Kind of injury", "Activity": "Doing what?",
        "Consent": "Consent given", "Name (Latin)": "Name in English", "Phone": "Phone of family",
        "Village": "Home village", "Description": "Circumstances", "Date of birth": "Birthday",
        "Accident date": "Day of explosion", "Province": "Province / city", "Device": "Kind of item",
    },
    "MM": {
        "Ref": "Casualty Nr", "Incident": "Occurrence code", "NRC": "NRC or passport",
        "Date of incident": "Day", "State/Region": "Which state", "Age": "Years", "Sex": "Man or woman",
        "Civilian": "Civilian or not", "Outcome": "Dead or alive", "Weapon": "Cause", "Doing": "Busy with",
        "Sharing": "Share?", "Phone": "Telephone", "Name": "Person", "Account": "In own words",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "heading", ["Case #", "No: 1", "[id]", "{id}", "'id'", "- id", "yes", "id ]", 'a"b', "null"]
)
def test_any_heading_can_stand_in_a_draft(tmp_path, heading):
    quoted = '"' + heading.replace('"', '""') + '"'
    (tmp_path / "victims.csv").write_text(
        f"{quoted},Case no,Date\nx,C1,2020-01-02\ny,C2,2020-03-02\n", encoding="utf-8"
    )

    mapping = parse_mapping(draft(tmp_path, "KH"), regional())

    assert ("victims.csv", heading) in columns_of(mapping)


@pytest.mark.parametrize("member", OTHER_HEADINGS)
def test_nine_in_ten_columns_are_recognised_under_headings_that_nobody_foresaw(tmp_path, member):
    """The values speak for themselves, and headings that say something are taken by their words."""
    names = OTHER_HEADINGS[member]
    folder = write_register(some_people(member), tmp_path / member, SEED).folder
    for path in folder.glob("*.csv"):
        first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
        renamed = ",".join(names.get(heading, heading) for heading in first.strip().split(","))
        path.write_text("".join([renamed + "\n", *rest]), encoding="utf-8")
    right = columns_of(parse_mapping(mapping_text(member), regional()))

    drafted = columns_of(parse_mapping(draft(folder, member), regional()))

    wanted = {(table, names.get(heading, heading)): target for (table, heading), target in right.items()}
    wrong = {column: target for column, target in wanted.items() if drafted.get(column) != target}
    assert len(wrong) <= 0.1 * len(wanted), wrong


HELP = "Visit No,Survivor,Visit Date,Type of support,Item given,Status,Provider,Cost,Remarks\n"


def test_a_table_of_services_is_drafted_with_all_that_a_contact_can_tell(tmp_path):
    people = "".join(
        f"S{n:03d},20{n % 20:02d}-03-1{n % 9},{('Pailin', 'Pursat')[n % 2]},{'MF'[n % 2]},{5 + n % 60},"
        "farmer\n"
        for n in range(120)
    )
    headings = "Survivor No,Accident date,Province,Sex,Age,Job\n"
    (tmp_path / "a.csv").write_text(headings + people, encoding="utf-8")
    visits = "".join(
        f"V{n},S{n % 100:03d},1{n % 9}/04/2024,{('rehabilitation', 'livelihood')[n % 2]},"
        f'{("wheelchair", "loan")[n % 2]},{("received", "needed")[n % 2]},NGO,"{n}00.500,5",seen at home\n'
        for n in range(1, 200)
    )
    (tmp_path / "b.csv").write_text(HELP + visits, encoding="utf-8")
    text = draft(tmp_path, "KH")
    rules = parse_mapping(text, regional())
    first, second = rules.tables
    assert {h: r.target.name for h, r in first.columns.items()} == {
        "Survivor No": "case_id", "Accident date": "date", "Province": "place", "Sex": "sex", "Age": "age",
        "Job": "occupation",
    }  # fmt: skip
    assert second.several
    assert dict(second.join) == {"Survivor": "Survivor No"}
    assert {h: r.target.name for h, r in second.columns.items()} == {
        "Visit No": "service_id", "Visit Date": "service_date", "Type of support": "va_pillar",
        "Item given": "service_item", "Status": "service_status", "Provider": "provider", "Cost": "cost_usd",
    }  # fmt: skip
    assert second.columns["Cost"].decimal == ","
    assert "Cost:  # ? unit: how much of its currency makes a US dollar?" in text


@pytest.mark.parametrize(
    ("heading", "rows", "note"),
    [("No", range(1, 90), "does it stay the same"), ("Case", range(700, 790), None)],
)
def test_a_number_of_the_line_is_a_case_number_only_where_nothing_else_is(tmp_path, heading, rows, note):
    text = "".join(f"{n},R{900 - n},20{n % 20:02d}-03-11,MF\n" for n in rows)
    (tmp_path / "a.csv").write_text(f"{heading},File code,Date,Sex\n" + text, encoding="utf-8")
    columns = (
        parse_mapping(draft_mapping(str(tmp_path), "KH", regional(), TODAY), regional()).tables[0].columns
    )
    assert columns["File code" if note else "Case"].target.name == "case_id"
    alone = "".join(f"{n},20{n % 20:02d}-03-11\n" for n in rows)
    (tmp_path / "a.csv").write_text(f"{heading},Date\n" + alone, encoding="utf-8")
    drafted = draft(tmp_path, "KH")
    assert f"{heading}: case_id" in drafted
    assert (note or "\n") in drafted


@pytest.mark.parametrize(("days", "asked"), [(range(1, 13), True), (range(1, 14), False)])
def test_dates_that_can_be_read_both_ways_are_marked(tmp_path, days, asked):
    rows = "".join(f"C{n:03d},{day:02d}/0{1 + n % 9}/2020\n" for n, day in enumerate(days))
    (tmp_path / "a.csv").write_text("Case,Date\n" + rows, encoding="utf-8")
    assert ("is the day or the month first?" in draft(tmp_path, "KH")) == asked


def test_dates_that_could_be_births_are_the_accidents_where_nothing_else_is(tmp_path):
    text = "".join(f"C{n:03d},{n % 28 + 1:02d}/03/19{50 + n % 40},{n % 60}\n" for n in range(90))
    (tmp_path / "a.csv").write_text("Case,ວັນເດືອນປີ,Age\n" + text, encoding="utf-8")
    drafted = draft(tmp_path, "LA")
    assert "ວັນເດືອນປີ:  # ?" in drafted
    assert "to: date" in drafted


SHEETS = {
    "people": "Case,Accident date,Sex,Age\n"
    + "".join(f"C{n:03d},1{n % 9}/03/2020,{'MF'[n % 2]},{5 + n % 60}\n" for n in range(120)),
    "mre": "Session No,Month,Place,Number of sessions,Men,Women,Trainer\n"
    + "".join(
        f"R{n:03d},{1 + n % 12:02d}/2023,{('village', 'school')[n % 2]},{1 + n % 4},{n % 30},{n % 41},Dara\n"
        for n in range(120)
    ),
    "marking": "Date,Area No,Signs\n"
    + "".join(f"2023-05-{1 + n % 28:02d},A{n:03d},{n % 9}\n" for n in range(60)),
}


def test_sheets_of_risk_education_and_of_marking_are_drafted_as_such(tmp_path):
    """A month and its year alone, which no other column here has, are a date too."""
    for name, text in SHEETS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    rules = parse_mapping(draft(tmp_path, "KH"), regional())

    assert {table.name: table.activities for table in rules.tables} == {
        "people.csv": "", "mre.csv": "yes", "marking.csv": "MARK",
    }  # fmt: skip
    marking, education = rules.of_activities
    assert {h: r.target.name for h, r in education.columns.items()} == {
        "Session No": "activity_id", "Month": "activity_date", "Place": "activity_type",
        "Number of sessions": "sessions", "Men": "reached", "Women": "reached",
    }  # fmt: skip
    assert {h: r.target.name for h, r in marking.columns.items()} == {
        "Date": "activity_date",
        "Area No": "activity_id",
    }
    assert set(education.left_out) == {"Trainer"}


def test_a_table_of_people_is_no_sheet_whatever_it_counts(tmp_path):
    rows = "".join(f"C{n:03d},1{n % 9}/03/2020,{'MF'[n % 2]},{5 + n % 60},{n % 3}\n" for n in range(120))
    (tmp_path / "marked.csv").write_text("Case,Date,Sex,Age,Sessions\n" + rows, encoding="utf-8")

    assert "activities" not in draft(tmp_path, "KH")


@pytest.mark.parametrize(
    ("heading", "words"),
    [("n_people", ["1", "2", "2", "1"]), ("Civil status", ["single", "married", "Widowed", "may asawa"])],
)
def test_what_is_not_counted_is_no_code_of_ours(tmp_path, heading, words):
    """Numbers of people were taken for 1 male and 2 female, and being married for being a civilian."""
    rows = [f"C-{n:03d},2020-01-{n % 27 + 1:02d},{words[n % 4]}" for n in range(60)]
    (tmp_path / "victims.csv").write_text("\n".join([f"Case no,Date of accident,{heading}", *rows]) + "\n")
    part = YAML(typ="safe").load(draft(tmp_path, "PH"))["tables"]["victims.csv"]
    assert heading in part["left_out"]
    assert heading not in part["columns"]
