"""A table about clients says of which year of service it is, and what it counts, in each format."""

import csv
import io
import json
from dataclasses import replace

import pytest

from audit.errors import TableError
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_table import compare
from gateway.dictionary import regional
from gateway.export import to_text
from gateway.export.data_formats import data
from gateway.export.export_formats import export, file_name
from gateway.export.observations import Observations, Selection
from gateway.export.pxweb.px_table import metadata as px_metadata
from gateway.export.release_metadata import metadata
from gateway.picturing import ENGLISH, draw, layout
from gateway.picturing.labels import Labels
from gateway.picturing.notices.units import units
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release, release_text

DICTIONARY = regional()
CELLS = tuple(
    Cell((country, status), Status.VALUE, number)
    for country, numbers in (("KH", (12, 30, 42)), ("LA", (7, 9, 16)), (TOTAL, (19, 39, 58)))
    for status, number in zip(("NEED", "RECV", TOTAL), numbers, strict=True)
)
TITLE = "Cases of assistance in 2023, by country and status of rehabilitation"
RELEASE = Release(
    question_id="q-1",
    question={
        "by": ["country", "status.REH"],
        "measure": "cases",
        "purpose": "regional-reporting",
        "where": {"service_year": ["2023"]},
    },
    axes=(Axis("country", ("KH", "LA", TOTAL)), Axis("status.REH", ("NEED", "RECV", TOTAL))),
    cells=CELLS,
    coverage=(),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)


def about(measure: str, *levels: str, **where: list[str]) -> Release:
    """The release of one number, about another question."""
    question = {"by": list(levels), "measure": measure, "purpose": "p", "where": where}
    axes = tuple(Axis(level, (TOTAL,)) for level in levels)
    cells = (Cell((TOTAL,) * len(levels), Status.VALUE, 20),)
    return replace(RELEASE, question=question, axes=axes, cells=cells)


def counted(release: Release) -> str:
    return " ".join(units(release, Labels(DICTIONARY, ENGLISH)))


def saved(form: str, release: Release = RELEASE, **options: bool) -> bytes:
    if form in ("csv", "xlsx", "svg"):
        return export(release, form, DICTIONARY)
    observations = Observations.of(release, DICTIONARY, Selection.ALL)
    return data(observations, form.removeprefix("data."), **options)


def test_the_year_stands_in_titles_and_not_twice() -> None:
    assert Labels(DICTIONARY, ENGLISH).caption(RELEASE) == TITLE
    assert to_text(RELEASE, DICTIONARY).splitlines()[0] == TITLE
    assert layout(RELEASE, DICTIONARY).caption == TITLE
    assert draw("bars", RELEASE, DICTIONARY, ENGLISH).title.startswith(TITLE.partition(",")[0])
    assert metadata(RELEASE, DICTIONARY)["title"] == TITLE
    assert file_name(RELEASE, "csv") == "safelane-cases-2023-by-country-status-reh-2026-01-01.csv"
    both = about("clients", "country", service_year=["2023"], sex=["F"])
    titled = Labels(DICTIONARY, ENGLISH).caption(both)
    assert titled == "Clients of assistance in 2023, by country; sex: female"


@pytest.mark.parametrize("form", ["csv", "xlsx", "data.csv", "data.sdmx.csv", "data.sdmx.json"])
def test_every_row_of_a_file_has_its_year_which_an_auditor_compares(form: str) -> None:
    table = ReleasedTable.parse(release_text(RELEASE).encode())
    name = f"table.{form.removeprefix('data.')}"
    file = saved(form)

    assert compare(name, file, table).cells == 9
    other = replace(RELEASE, question={**RELEASE.question, "where": {"service_year": ["2024"]}})
    with pytest.raises(TableError, match="another year of service than 2023"):
        compare(name, saved(form, other), table)


def test_a_labelled_file_has_the_year_twice_and_is_compared() -> None:
    file = saved("data.csv", labelled=True)
    rows = list(csv.DictReader(io.StringIO(file.decode(), newline="")))
    assert {(row["service_year"], row["service_year_label"]) for row in rows} == {("2023", "2023")}
    assert compare("table.csv", file, ReleasedTable.parse(release_text(RELEASE).encode())).cells == 9


def test_files_of_before_without_a_year_are_still_compared() -> None:
    without = [line.partition(b",")[2] for line in saved("csv").splitlines(keepends=True)]
    table = ReleasedTable.parse(release_text(RELEASE).encode())
    assert compare("table.csv", b"".join(without), table).cells == 9


def test_formats_of_statistical_offices_have_the_year_as_their_time() -> None:
    (first, *_) = csv.DictReader(io.StringIO(saved("data.sdmx.csv").decode(), newline=""))
    message = json.loads(saved("data.sdmx.json"))["data"]
    time = message["structures"][0]["dimensions"]["observation"][0]

    assert first["TIME_PERIOD"] == "2023"
    assert (time["id"], [one["id"] for one in time["values"]]) == ("TIME_PERIOD", ["2023"])
    assert {key.count(":") for key in message["dataSets"][0]["observations"]} == {2}
    assert json.loads(saved("data.sdmx.json", about("clients", service_year=["2023"])))


def test_notes_say_what_is_counted_and_that_pillars_do_not_add_up() -> None:
    said = "A case is one client, one kind of assistance and one year of service, here 2023."
    observations = Observations.of(RELEASE, DICTIONARY, Selection.ALL)
    statistics = json.loads(data(observations, "jsonstat"))
    assert "rows of different kinds do not add up to people" in counted(RELEASE)
    assert "never without need" in counted(RELEASE)
    for notes in (
        layout(RELEASE, DICTIONARY).counted[0],
        statistics["note"][0],
        px_metadata(observations)["note"][0],
        metadata(RELEASE, DICTIONARY)["counted"][0],
        json.loads(saved("data.sdmx.json"))["data"]["structures"][0]["description"],
        " ".join(to_text(RELEASE, DICTIONARY).split()),
    ):
        assert said in notes
    assert "A case is one client" in draw("bars", RELEASE, DICTIONARY, ENGLISH, standalone=True).svg
    assert "A case is one client" not in draw("bars", RELEASE, DICTIONARY, ENGLISH).svg, "it is beside it"


def test_each_kind_of_table_has_its_own_notes_and_casualties_have_none() -> None:
    year = {"service_year": ["2024"]}
    assert "one person in one year of service, here 2024" in counted(about("clients", "sex", **year))
    assert "one main barrier" in counted(about("clients", "unmet", **year))
    assert "Washington Group" in counted(about("clients", "disability", **year))
    assert "several injuries" in counted(about("casualties", "injury.EYE"))
    assert "counts several times" in counted(about("reached", "activity_year"))
    assert counted(about("casualties", "sex")) == ""
    assert "note" not in json.loads(saved("data.jsonstat", about("casualties", "sex")))


def test_an_answer_of_before_whose_years_may_differ_says_so() -> None:
    said = counted(about("clients", "country"))
    assert said.startswith("Each member answered for its own last closed year")
