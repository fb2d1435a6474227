"""The data of a release over HTTP: by ending and by Accept, kept by caches, and nobody else's."""

import csv
import io

import httpx
import pytest
from regions import Region

from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.reading.saved_table import compare
from audit.reading.sidecar import Sidecar
from gateway.export.data_formats import FORMATS
from gateway.hub.releasing import release_due
from gateway.wire.cells import Status
from gateway.wire.poll import poll_reply_from_json

QUESTION = {"measure": "casualties", "by": ["country", "outcome"], "purpose": "regional-reporting"}


@pytest.fixture(scope="module")
def region(shared_region: Region) -> Region:
    """One for all tests here: they read, and what a test asks stands beside what others read."""
    return shared_region


@pytest.fixture(scope="module")
def releases(region: Region) -> str:
    """Address of the releases of a question that one of two members has answered."""
    asked = region.analyst.post("/api/v1/questions", json=QUESTION).json()["id"]
    for code, cells in (("KH", (7, 20, 0, 27)), ("TH", (None, 6, 0, 9))):
        with region.member(code) as member:
            reply = member.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
            (delivery,) = poll_reply_from_json(reply.json()).deliveries
            sent = region.members[code].answer(delivery, *cells)
            region.members[code].show(region.hub)
            assert member.post("/federation/v2/answers", json=sent.as_json()).status_code == 204
    release_due(region.hub)
    return f"/api/v1/questions/{asked}/releases"


def rows(reply: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.text, newline="")))


@pytest.mark.parametrize(
    ("accept", "ending"),
    [
        ("", "csv"),
        ("*/*", "csv"),
        ("text/csv", "csv"),
        ("application/json", "jsonstat"),
        ("application/vnd.sdmx.data+csv;version=2.0.0, text/html;q=0.5", "sdmx.csv"),
        ("application/vnd.sdmx.data+json", "sdmx.json"),
        ("application/vnd.apache.parquet", "parquet"),
        ("application/vnd.apache.arrow.stream", "arrows"),
        ("text/html, application/json;q=0.4, text/csv;q=0.3", "jsonstat"),
    ],
)
def test_accept_chooses_the_form(region: Region, releases: str, accept: str, ending: str) -> None:
    reply = region.analyst.get(f"{releases}/1/data", headers={"Accept": accept})

    assert reply.status_code == 200
    assert reply.headers["Content-Location"] == f"{releases}/1/data.{ending}"
    assert reply.content == region.analyst.get(f"{releases}/1/data.{ending}").content


def test_a_program_reads_numbers_and_the_reasons_of_blanks(region: Region, releases: str) -> None:
    read = rows(region.analyst.get(f"{releases}/1/data.csv"))

    by_key = {(row["country"], row["outcome"]): row for row in read}
    assert by_key["KH", "K"]["value"] == "7"
    assert (by_key["TH", "K"]["value"], by_key["TH", "K"]["status"]) == ("", "withheld")
    assert sum(int(row["value"]) for row in read if row["value"]) == 33


def test_labels_come_in_the_language_asked_for(region: Region, releases: str) -> None:
    read = rows(region.analyst.get(f"{releases}/1/data.csv", params={"labels": "en"}))

    assert (read[0]["country_label"], read[0]["outcome_label"]) == ("Cambodia", "killed")


@pytest.mark.parametrize("path", ["1/data.rdf", "newest/data.RDF", "1/data.csv.exe"])
def test_an_unknown_form_names_those_there_are(region: Region, releases: str, path: str) -> None:
    reply = region.analyst.get(f"{releases}/{path}")

    assert reply.status_code == 406
    assert all(f"data.{ending}" in reply.json()["detail"] for ending in FORMATS)


def test_what_accept_names_and_nobody_has_is_said(region: Region, releases: str) -> None:
    reply = region.analyst.get(f"{releases}/1/data", headers={"Accept": "application/x-stata"})

    assert reply.status_code == 406
    assert "data.csv" in reply.json()["detail"]


def test_a_language_without_labels_is_refused(region: Region, releases: str) -> None:
    assert region.analyst.get(f"{releases}/1/data.csv?labels=xx").status_code == 406


@pytest.mark.parametrize("ending", FORMATS)
def test_a_copy_that_is_kept_is_not_sent_again(region: Region, releases: str, ending: str) -> None:
    first = region.analyst.get(f"{releases}/1/data.{ending}")
    tag = first.headers["ETag"]

    again = region.analyst.get(f"{releases}/1/data.{ending}", headers={"If-None-Match": tag})
    other = region.analyst.get(f"{releases}/1/data.{ending}?cells=all", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200
    assert "immutable" in first.headers["Cache-Control"]
    assert "private" in first.headers["Cache-Control"]


def test_a_part_of_a_file_is_the_part_of_the_whole(region: Region, releases: str) -> None:
    """Readers of Parquet fetch the end first; parts of two versions are never mixed (RFC 9110, 13.1.5)."""
    whole = region.analyst.get(f"{releases}/1/data.parquet")

    part = region.analyst.get(f"{releases}/1/data.parquet", headers={"Range": "bytes=-8"})
    other = {"Range": "bytes=0-3", "If-Range": '"another"'}

    assert (part.status_code, part.content) == (206, whole.content[-8:])
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert region.analyst.get(f"{releases}/1/data.parquet", headers=other).content == whole.content
    beyond = region.analyst.get(f"{releases}/1/data.parquet", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


def test_the_csv_is_described_column_by_column(region: Region, releases: str) -> None:
    reply = region.analyst.get(f"{releases}/1/data.csv")
    head = reply.text.splitlines()[0].split(",")
    described = region.analyst.get(f"{releases}/1/csvw").json()
    package = region.analyst.get(f"{releases}/1/datapackage.json").json()
    (resource,) = package["resources"]
    fields = {field["name"]: field for field in resource["schema"]["fields"]}

    assert f'<{releases}/1/csvw>; rel="describedby"' in ", ".join(reply.headers.get_list("Link"))
    assert [column["titles"] for column in described["tableSchema"]["columns"]] == list(fields) == head
    assert described["url"] == resource["path"] == f"{region.url}{releases}/1/data.csv"
    assert region.analyst.get(resource["path"]).content == reply.content
    for row in rows(reply):
        for name, text in row.items():
            known = [each["value"] for each in fields[name].get("categories", ())]
            assert not known or text in known
            assert fields[name]["type"] == "string" or text == "" or text.isdigit()
    assert {"value": "KH", "label": "Cambodia"} in fields["country"]["categories"]
    assert {each["value"] for each in fields["status"]["categories"]} == set(Status)
    assert package["safelane"]["log"] == region.hub.log.origin


def test_accept_and_tags_that_no_program_sends_do_no_harm(region: Region, releases: str) -> None:
    """Ten thousand characters of Accept, the tag of another release, a broken range."""
    first = region.analyst.get(f"{releases}/1/data.csv")

    long = region.analyst.get(f"{releases}/1/data", headers={"Accept": "application/x-" + "y" * 10_000})
    many = region.analyst.get(f"{releases}/1/data", headers={"Accept": "a/b," * 2_000})
    assert (long.status_code, many.status_code) == (406, 406)
    assert "data.csv" in long.json()["detail"]
    assert "yyy" not in long.text
    for tag in ('"q-0 1 csv inner"', "W/x", "*" * 9_000, '"a" "b'):
        other = region.analyst.get(f"{releases}/1/data.csv", headers={"If-None-Match": tag})
        assert (other.status_code, other.content) == (200, first.content), tag[:20]
    broken = region.analyst.get(f"{releases}/1/data.csv", headers={"Range": "bytes=x-y"})
    assert (broken.status_code, broken.content) in ((200, first.content), (416, broken.content))


def test_the_newest_release_may_change_and_says_which_it_is(region: Region, releases: str) -> None:
    reply = region.analyst.get(f"{releases}/newest/data.csv")

    assert reply.content == region.analyst.get(f"{releases}/1/data.csv").content
    assert reply.headers["Content-Location"] == f"{releases}/1/data.csv"
    assert "immutable" not in reply.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["1/data.csv", "newest/data", "1/metadata", "1/csvw", "1/datapackage.json", "1/proof", "1/sidecar"],
)
def test_somebody_elses_release_looks_like_none(region: Region, releases: str, path: str) -> None:
    assert region.other.get(f"{releases}/{path}").status_code == 404
    assert region.auditor.get(f"{releases}/{path}").status_code == 403
    assert region.nobody.get(f"{releases}/{path}").status_code == 401


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_a_release_that_is_not_there_is_not_found(region: Region, releases: str, number: str) -> None:
    assert region.analyst.get(f"{releases}/{number}/data.csv").status_code == 404


def test_a_question_without_a_release_has_no_data(region: Region) -> None:
    asked = region.analyst.post("/api/v1/questions", json=QUESTION).json()["id"]

    assert region.analyst.get(f"/api/v1/questions/{asked}/releases/newest/data").status_code == 404


@pytest.mark.parametrize("query", ["cells=some", "labels=EN", "colour=red", "labels=../../x"])
def test_what_an_address_does_not_know_is_refused(region: Region, releases: str, query: str) -> None:
    assert region.analyst.get(f"{releases}/1/data.csv?{query}").status_code == 422


def test_the_proof_and_all_that_a_reader_must_know_stand_beside_the_data(
    region: Region, releases: str
) -> None:
    reply = region.analyst.get(f"{releases}/1/data.csv")
    link = reply.headers["Link"]
    address = link[link.index("<") + 1 : link.index(">")]

    beside = region.analyst.get(address).json()
    proof = region.analyst.get(f"{releases}/1/proof").text

    assert beside["title"] == "People killed or injured, by country and outcome"
    assert {member["member"] for member in beside["coverage"]} == {"KH", "TH"}
    assert beside["receipt"]["proof"] == proof
    assert proof.startswith("c2sp.org/tlog-proof@v1")
    assert region.analyst.get(beside["data"]["jsonstat"]).json()["class"] == "dataset"


def test_every_format_is_checked_with_the_sidecar_and_without_the_hub(region: Region, releases: str) -> None:
    sidecar = Sidecar.parse(region.analyst.get(f"{releases}/1/sidecar").text)
    members = [Verifier(member.log.key) for member in region.members.values()]

    proven = sidecar.verify(Policy((Verifier(region.hub.log.key), *members)))

    assert [(each.outcome.member, each.proven is not None, each.key_known) for each in proven.members] == [
        ("KH", True, True), ("TH", True, True),
    ]  # fmt: skip
    for ending in FORMATS:
        content = region.analyst.get(f"{releases}/1/data.{ending}").content
        assert compare(f"data.{ending}", content, proven.table).cells >= 6


def test_reading_data_asks_nobody_anew_and_changes_nothing(region: Region, releases: str) -> None:
    before = region.analyst.get("/api/v1/questions").json()

    for ending in FORMATS:
        region.analyst.get(f"{releases}/1/data.{ending}")

    assert region.analyst.get("/api/v1/questions").json() == before
