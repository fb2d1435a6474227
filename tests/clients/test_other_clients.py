"""Other people's clients, as they are, read every value and the reason of every blank from the hub."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas
import pytest
from other_clients import read_with
from regions import Region, over_http
from released_questions import ask_ready_made
from simulation import HandClock

from gateway.accounts.addresses import make_address
from gateway.accounts.model import AddressRequest
from gateway.dictionary import regional
from gateway.export.observations import REASONS
from gateway.export.sdmx.sdmx_terms import STATUS
from gateway.hub import entries
from gateway.hub.accounts import accounts_of
from gateway.wire.cells import TOTAL, Axis, Cell, Status

OWNER = "analyst@armac.example"
CELLS = {
    ("KH", "2023"): (7, Status.VALUE),
    ("KH", "2024"): (20, Status.VALUE),
    ("TH", "2023"): (None, Status.WITHHELD),
    ("TH", "2024"): (6, Status.VALUE),
    **{
        (code, year): (None, reason)
        for code, reason in (
            ("LA", Status.NO_ANSWER),
            ("MM", Status.NOT_SHARED),
            ("VN", Status.NOT_COLLECTED),
        )
        for year in ("2023", "2024")
    },
}
"""What members answered, without totals: every reason of a blank is among them."""
RANGE = (0, 3)
"""What the other numbers leave of the withheld one."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Region, str, str]]:
    """A region, the address of the one release with a secret in it, and the question's number."""
    with over_http(tmp_path_factory.mktemp("region") / "hub", HandClock()) as region:
        question = ask_ready_made(region)
        _with_every_reason(region)
        secret = make_address(accounts_of(region.hub), OWNER, OWNER, AddressRequest("clients"))
        yield region, f"{region.url}/personal/{secret}", question


def _with_every_reason(region: Region) -> None:
    """A second release, in which three more members gave no number, each for another reason."""
    with region.hub.store.writing() as work:
        (asked,) = work.questions_of(OWNER)
        first = work.releases(asked.id)[-1].release
        blank = {code: reason for (code, _), (_, reason) in CELLS.items() if code not in ("KH", "TH")}
        countries, years = first.axes
        made = replace(
            first,
            number=2,
            axes=(Axis("country", (*countries.codes[:-1], *blank, TOTAL)), years),
            cells=(
                *first.cells,
                *(Cell((code, year), reason) for code, reason in blank.items() for year in years.codes),
            ),
        )
        event = entries.released(asked, made, {}, region.hub.clock.now())
        work.add_release(made, because=entries.record(region.hub, work, event))


def data(asked: tuple[Region, str, str], ending: str, query: str = "") -> str:
    _, begin, question = asked
    return f"{begin}/api/v1/questions/{question}/releases/newest/data.{ending}{query}"


def as_reasons(rows: list[list[object]]) -> dict[tuple[str, str], tuple[object, Status]]:
    """Rows of country, year, contents and number, as cells with their status."""
    number = {(str(row[0]), str(row[1]), str(row[2])): row[3] for row in rows}
    statuses = {code: status for status, code in REASONS.items()}
    return {key: (number[*key, "value"], statuses[int(float(str(number[*key, "reason"])))]) for key in CELLS}


def as_statuses(rows: list[list[str]]) -> dict[tuple[str, str], tuple[object, Status]]:
    """Rows of country, year, number and the two codes of SDMX, as cells with their status."""
    statuses = {codes: status for status, codes in STATUS.items()}
    return {
        (country, year): (int(number) if number else None, statuses[observed, confidential])
        for country, year, number, observed, confidential in rows
    }


def test_pandas_reads_the_csv_with_a_header(asked: tuple[Region, str, str]) -> None:
    region, _, question = asked
    address = f"{region.url}/api/v1/questions/{question}/releases/newest/data.csv"

    table = pandas.read_csv(
        address, storage_options={"Authorization": f"Bearer {region.tokens['analyst']}"}, dtype={"year": str}
    )

    read = {
        (row.country, row.year): (None if pandas.isna(row.value) else int(row.value), Status(row.status))
        for row in table.itertuples()
    }
    assert read == CELLS
    assert table[table.status == "withheld"][["at_least", "at_most"]].to_numpy().tolist() == [[*RANGE]]


def test_pxwebpy_reads_a_table_by_a_personal_address(asked: tuple[Region, str, str]) -> None:
    table = "accidents.casualties"

    read = read_with("pxweb_reads.py", f"{asked[1]}/api/pxweb/v2", table)

    assert read["tables"] == [table]
    labels = {regional().members[code].name: code for code, _ in CELLS}
    facts = {"People killed or injured": "value", "why there is no number": "reason"}
    rows = [[labels.get(row[0], row[0]), row[1], facts.get(row[2], row[2]), row[3]] for row in read["rows"]]
    assert as_reasons(rows) == CELLS


def test_pyjstat_reads_the_json_stat(asked: tuple[Region, str, str]) -> None:
    assert as_reasons(read_with("pyjstat_reads.py", data(asked, "jsonstat"))) == CELLS


def test_jsonstat_toolkit_reads_the_json_stat_and_its_status(asked: tuple[Region, str, str]) -> None:
    rows = read_with("jsonstat_reads.mjs", data(asked, "jsonstat"))

    values = [row for row in rows if row["contents"] == "value"]
    read = {(row["country"], row["year"]): (row["value"], Status(row["status"] or "value")) for row in values}
    assert read == CELLS
    assert (
        as_reasons([[row[name] for name in ("country", "year", "contents", "value")] for row in rows])
        == CELLS
    )


def test_duckdb_reads_the_parquet_over_http_by_either_way(asked: tuple[Region, str, str]) -> None:
    region, begin, _ = asked
    plain = data(asked, "parquet").replace(begin, region.url)

    read = read_with("duckdb_reads.py", data(asked, "parquet"), plain, region.tokens["analyst"])

    assert read["by_token"] == read["rows"]
    assert {(row[0], row[1]): (row[2], Status(row[3])) for row in read["rows"]} == CELLS
    assert [row[4:] for row in read["rows"] if row[3] == "withheld"] == [[*RANGE]]
    assert read["added"] == [33, 3]


def test_pysdmx_and_sdmx1_read_structures_and_data_of_the_sdmx_rest(asked: tuple[Region, str, str]) -> None:
    flow = "ACCIDENTS_CASUALTIES"

    read = read_with("sdmx_rest_reads.py", f"{asked[1]}/api/sdmx/v2", flow)

    assert read["flows"] == [flow]
    assert read["components"][:5] == ["COUNTRY", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS"]
    assert read["sdmx1"]["dimensions"] == ["COUNTRY", "TIME_PERIOD"]
    names = {code: regional().members[code].name for code, _ in CELLS}
    assert read["countries"] == {**names, "_T": "Total"}
    assert read["sdmx1"]["countries"]["KH"] == {"en": "Cambodia"}
    assert sorted(read["allowed"]) == sorted(names)  # what the constraint leaves of the code list
    names = ("COUNTRY", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")
    assert as_statuses([[row[name] for name in names] for row in read["pysdmx"]]) == CELLS
    for form in ("rows", "rows_of_xml"):
        rows = [[row[0].partition("=")[2], row[1].partition("=")[2], *row[2:]] for row in read["sdmx1"][form]]
        assert as_statuses(rows) == CELLS


def test_rsdmx_reads_the_sdmx_rest_and_the_data_of_a_release(asked: tuple[Region, str, str]) -> None:
    """Whatever R is told, it names `application/xml`."""
    rest = f"{asked[1]}/api/sdmx/v2/data/dataflow/SAFELANE/ACCIDENTS_CASUALTIES/1.0"
    names = ("COUNTRY", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")

    by_rest, by_release = read_with("rsdmx_reads.R", rest, data(asked, "sdmx.xml"))

    assert as_statuses([[row[name] for name in names] for row in by_rest]) == CELLS
    assert by_release == by_rest
    withheld = [row for row in by_rest if row["CONF_STATUS"] == "N"]
    assert [(int(row["AT_LEAST"]), int(row["AT_MOST"])) for row in withheld] == [RANGE]


def test_a_client_made_of_the_description_reads_a_release(asked: tuple[Region, str, str]) -> None:
    region, _, question = asked

    read = read_with("generated_reads.py", region.url, region.tokens["analyst"], question)

    assert read["state"] == "released"
    cells = {(row[0], row[1]): (row[2], Status(row[3])) for row in read["cells"] if "Total" not in row}
    assert cells == CELLS


def test_the_programs_are_those_that_are_tried_here() -> None:
    here = Path(__file__)
    programs = {path.name for path in (here.parent / "programs").iterdir() if path.is_file()}

    assert programs == {name for name in programs if f'"{name}"' in here.read_text()}
