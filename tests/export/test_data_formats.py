"""Data for programs: every value and the reason of every blank come back, and nothing is added up twice."""

import csv
import io
import json
import re
from dataclasses import replace
from itertools import product, zip_longest
from xml.etree import ElementTree

import pytest
from any_releases import any_releases
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import AuditError
from audit.formats.canonical import canonical_json
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_table import compare
from gateway.dictionary import regional
from gateway.export import FormError
from gateway.export.data_formats import FORMATS, data
from gateway.export.observations import REASONS, Observations, Selection
from gateway.export.sdmx.sdmx_terms import STATUS, component, identifier
from gateway.picturing import Words
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.release import Release

DICTIONARY = regional()
RELEASE = Release(
    question_id="q-1",
    question={
        "by": ["country", "year"],
        "measure": "casualties",
        "purpose": "p",
        "where": {},
    },
    axes=(Axis("country", ("KH", "TH", TOTAL)), Axis("year", ("2023", "2024", TOTAL))),
    cells=(
        Cell(("KH", "2023"), Status.VALUE, 7),
        Cell(("KH", "2024"), Status.WITHHELD),
        Cell(("KH", TOTAL), Status.VALUE, 27),
        Cell(("TH", "2023"), Status.NO_ANSWER),
        Cell(("TH", "2024"), Status.NOT_SHARED),
        Cell(("TH", TOTAL), Status.NOT_COLLECTED),
        Cell((TOTAL, "2023"), Status.VALUE, 7, missing_members=("TH",)),
        Cell((TOTAL, "2024"), Status.WITHHELD),
        Cell((TOTAL, TOTAL), Status.VALUE, 27, missing_members=("TH",)),
    ),
    coverage=(),
    asked_at="2026-01-01T00:00:00Z",
    released_at="2026-01-01T00:00:05Z",
)
selections = st.sampled_from(Selection)


def observed(release: Release = RELEASE, selection: Selection = Selection.INNER) -> Observations:
    return Observations.of(release, DICTIONARY, selection)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_csv_has_numbers_only_where_there_is_a_number() -> None:
    assert data(observed(), "csv").decode().split("\r\n") == [
        "country,year,value,status,at_least,at_most,largest_deviation,standard_deviation,missing_members",
        "KH,2023,7,value,,,,,",
        "KH,2024,,withheld,0,20,,,",
        "TH,2023,,no-answer,,,,,",
        "TH,2024,,not-shared,,,,,",
        "",
    ]


def test_whoever_adds_up_the_values_counts_nobody_twice() -> None:
    """All cells of the table hold 68 people, of whom 27 are known."""
    whole = replace(
        RELEASE,
        axes=(RELEASE.axes[1],),
        cells=(
            Cell(("2023",), Status.VALUE, 7),
            Cell(("2024",), Status.VALUE, 20),
            Cell((TOTAL,), Status.VALUE, 27),
        ),
    )

    rows = read_csv(data(observed(whole), "csv"))

    assert sum(int(row["value"]) for row in rows) == 27


def test_totals_name_the_levels_that_they_add_up() -> None:
    rows = read_csv(data(observed(selection=Selection.ALL), "csv"))

    assert [row["total_over"] for row in rows] == [
        "",
        "",
        "year",
        "",
        "",
        "year",
        "country",
        "country",
        "country year",
    ]


def test_labels_stand_beside_the_codes_in_the_language_asked_for() -> None:
    words = Words(say=lambda text: {"Cambodia": "កម្ពុជា"}.get(text, text), number=str)

    rows = read_csv(data(Observations.of(RELEASE, DICTIONARY, words=words), "csv", labelled=True))

    assert (rows[0]["country"], rows[0]["country_label"]) == ("KH", "កម្ពុជា")
    assert rows[2]["country_label"] == "Thailand"


@settings(max_examples=40)
@given(any_releases(), selections)
def test_csv_gives_back_every_key_status_and_number(release: Release, selection: Selection) -> None:
    rows = read_csv(data(observed(release, selection), "csv"))

    got = {tuple(row[axis.level] for axis in release.axes): (row["status"], row["value"]) for row in rows}
    assert len(got) == len(rows)
    assert got == {
        cell.key: (cell.status.value, "" if cell.value is None else str(cell.value))
        for cell in release.cells
        if selection.has(cell.key)
    }


@settings(max_examples=40)
@given(any_releases(), st.sampled_from([Selection.INNER, Selection.ALL]))
def test_json_stat_gives_back_every_number_and_reason(release: Release, selection: Selection) -> None:
    dataset = json.loads(data(observed(release, selection), "jsonstat"))

    indexes = [dataset["dimension"][name]["category"]["index"] for name in dataset["id"]]
    assert dataset["size"] == [len(index) for index in indexes]
    assert len(dataset["value"]) == len(list(product(*indexes)))
    got = dict(zip(product(*indexes), dataset["value"], strict=True))
    possible = {cell.key for cell in release.cells}
    none = {key[:-1] for key, number in got.items() if key[-1] == "reason" and number == 5}
    assert none.isdisjoint(possible)
    for cell in release.cells:
        if selection.has(cell.key):
            assert got[*cell.key, "value"] == cell.value
            assert got[*cell.key, "reason"] == REASONS[cell.status]
    shown = {place for place, key in enumerate(product(*indexes)) if got[*key[:-1], "value"] is not None}
    assert shown.isdisjoint(map(int, dataset.get("status", {})))
    assert len(shown) + len(dataset.get("status", {})) == len(got)


def test_json_stat_says_which_dimensions_are_times_and_places() -> None:
    dataset = json.loads(data(observed(), "jsonstat"))

    assert dataset["role"] == {"metric": ["contents"], "geo": ["country"], "time": ["year"]}
    assert dataset["status"]["4"] == "withheld"
    assert dataset["extension"]["status"]["withheld"] == "withheld to protect people"
    assert dataset["value"][4:8] == [None, 0, 20, 1]


def test_a_single_number_is_no_sdmx_json() -> None:
    one = replace(RELEASE, axes=(), cells=(Cell((), Status.VALUE, 27),))
    with pytest.raises(FormError, match="single number"):
        data(observed(one), "sdmx.json")


def test_totals_alone_are_no_json_stat() -> None:
    with pytest.raises(FormError, match="totals alone"):
        data(observed(selection=Selection.TOTALS), "jsonstat")


@settings(max_examples=40)
@given(any_releases(), selections)
def test_sdmx_gives_back_every_number_and_reason(release: Release, selection: Selection) -> None:
    text = data(observed(release, selection), "sdmx.csv").decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head, body = rows[0], rows[1:]
    number, observed_, confidential = (head.index(n) for n in ("OBS_VALUE", "OBS_STATUS", "CONF_STATUS"))

    got = {tuple(row[3:number]): (row[number], (row[observed_], row[confidential])) for row in body}
    assert len(got) == len(body)
    assert got == {
        tuple(map(identifier, cell.key)): ("" if cell.value is None else str(cell.value), STATUS[cell.status])
        for cell in release.cells
        if selection.has(cell.key)
    }


@settings(max_examples=40)
@given(any_releases().filter(lambda release: release.axes), selections)
def test_sdmx_json_gives_back_every_number_and_reason(release: Release, selection: Selection) -> None:
    message = json.loads(data(observed(release, selection), "sdmx.json"))
    (structure,), (found,) = message["data"]["structures"], message["data"]["dataSets"]
    dimensions = structure["dimensions"]["observation"]
    facts = [*structure["measures"]["observation"], *structure["attributes"]["observation"]]

    assert [one["id"] for one in dimensions] == [component(axis) for axis in release.axes]
    got = {}
    for places, array in found["observations"].items():
        key = tuple(
            dimension["values"][int(place)]["id"]
            for dimension, place in zip(dimensions, places.split(":"), strict=True)
        )
        said = dict(zip_longest((fact["id"] for fact in facts), array))
        codes = [fact["values"][said[fact["id"]]]["id"] for fact in facts if fact["id"].endswith("_STATUS")]
        got[key] = (said["OBS_VALUE"], *codes, said["AT_MOST"], said["MISSING_MEMBERS"])
    expected = {cell.key: cell for cell in observed(release, selection).cells}
    assert got == {
        tuple(map(identifier, key)): (
            cell.value, *STATUS[cell.status], cell.at_most, " ".join(cell.missing_members) or None
        )
        for key, cell in expected.items()
    }  # fmt: skip
    assert set(expected) == {cell.key for cell in release.cells if selection.has(cell.key)}


@settings(max_examples=15)
@given(any_releases(), selections)
def test_sdmx_ml_says_what_sdmx_csv_says_and_so_reads_the_auditor(
    release: Release, selection: Selection
) -> None:
    one = observed(release, selection)
    if not (one.axes or one.one_year):
        with pytest.raises(FormError, match="single number"):
            data(one, "sdmx.xml")
        return
    text = data(one, "sdmx.xml")

    head, *rows = csv.reader(io.StringIO(data(one, "sdmx.csv").decode(), newline=""))
    expected = [{n: f for n, f in zip(head[3:], row[3:], strict=True) if f} for row in rows]
    series = ElementTree.fromstring(text).iter("Series")  # noqa: S314 - ours
    read = [{**each.attrib, **obs.attrib} for each in series for obs in each]
    assert {each.pop("UNIT_MEASURE") for each in read} <= {"CASUALTIES", "CLIENTS", "ACCIDENTS", "CASES"}
    assert sorted(sorted(each.items()) for each in read) == sorted(sorted(each.items()) for each in expected)
    table = ReleasedTable.parse(canonical_json(release.as_json()))
    if read:
        assert compare("table.sdmx.xml", text, table).cells == len(read)


@pytest.mark.parametrize(
    "changed",
    [
        (b'OBS_VALUE="7"', b'OBS_VALUE="8"'),
        (b'OBS_STATUS="A"', b'OBS_STATUS="Q"'),
        (b'COUNTRY="TH"', b'COUNTRY="KH"'),
        (b"<Obs ", b'<Obs MORE="1" '),
        (b"</Series>", b""),
        (b"?>", b'?><!DOCTYPE x [<!ENTITY y "z">]>'),
        (b"utf-8", b"utf-99"),
    ],
)
def test_an_auditor_finds_changed_sdmx_ml_out(changed: tuple[bytes, bytes]) -> None:
    text = data(observed(), "sdmx.xml").replace(*changed, 1)

    with pytest.raises(AuditError):
        compare("t.xml", text, ReleasedTable.parse(canonical_json(RELEASE.as_json())))


def test_no_status_of_sdmx_tells_a_small_cell_from_a_complementary_one() -> None:
    withheld = {STATUS[status] for status in Status if status is Status.WITHHELD}

    assert len(withheld) == 1
    assert {confidential for _, confidential in STATUS.values()} <= {"F", "N", "C"}


def test_a_year_is_the_time_of_sdmx_and_totals_have_its_code() -> None:
    lines = data(observed(selection=Selection.ALL), "sdmx.csv").decode().split("\r\n")

    assert lines[0].startswith("STRUCTURE,STRUCTURE_ID,ACTION,COUNTRY,TIME_PERIOD,OBS_VALUE,")
    assert lines[3].startswith("dataflow,SAFELANE:CASUALTIES(1.0),I,KH,_T,27,A,F,")


@given(st.sets(st.text(min_size=1, max_size=6), min_size=2, max_size=6))
def test_codes_stay_different_as_identifiers(codes: set[str]) -> None:
    named = {identifier(code) for code in codes}

    assert all(re.fullmatch(r"[A-Za-z0-9_@$-]+", name) for name in named)
    assert len(named) == len(codes) or any("_" in code for code in codes)


def test_all_codes_of_the_dictionary_stay_different_as_identifiers() -> None:
    for level in DICTIONARY.levels.values():
        codes = DICTIONARY.codes(level.name)
        assert len({identifier(code) for code in codes}) == len(codes), level.name


def test_a_form_that_is_none_names_those_there_are() -> None:
    with pytest.raises(FormError, match="as 'rdf'") as caught:
        data(observed(), "rdf")
    assert all(ending in caught.value.remedy for ending in FORMATS)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_release_gives_the_same_bytes(ending: str) -> None:
    assert data(observed(), ending) == data(observed(), ending)
