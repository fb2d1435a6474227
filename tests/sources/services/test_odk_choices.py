"""ODK Central: choices in files of their own, as its documented API for attachments gives them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from register_services import ODK_PASSWORD, ODK_USER, Answer, Odk, Reply, Service
from served_registers import columns, draft, load_place

from gateway.sources.model.findings import Problem
from gateway.sources.services.odk_form import form_metadata
from gateway.sources.services.service_source import Access

# As pyxform writes forms.
FORM = """\
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
  <h:head><model>
    <instance id="provinces" src="jr://file-csv/provinces.csv"/>
    <instance id="sexes" src="jr://file/sexes.xml"/>
    <instance id="places" src="jr://file/places.geojson"/>
    <instance id="last" src="jr://instance/last-saved"/>
  </model></h:head>
  <h:body>
    <select1 ref="/data/province"><label>Province</label>
      <itemset nodeset="instance('provinces')/root/item[true()]"><value ref="code"/><label ref="label"/></itemset>
    </select1>
    <select1 ref="/data/sex"><label>Sex</label>
      <itemset nodeset="instance('sexes')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset>
    </select1>
    <select1 ref="/data/home"><label>Home</label>
      <itemset nodeset="instance('places')/root/item"><value ref="id"/><label ref="title"/></itemset>
    </select1>
    <input ref="/data/device" query="instance('devices')/root/item[kind= /data/kind ]"><label>Device</label></input>
  </h:body>
</h:html>
"""  # noqa: E501 - as forms are written
FILES = {
    "provinces.csv": "\ufeffcode,label::English (en),label::Lao (lo)\n1,Battambang,x\n2,Pailin,y\n".encode(),
    "sexes.xml": b"<root><item><name>1</name><label>Male</label></item>"
    b"<item><name>2</name><label>Female</label></item></root>",
    "places.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "h1", '
    b'"properties": {"title": "Takeo"}, "geometry": null}]}',
    "itemsets.csv": b"list_name,name,label,kind\ndevices,7,Landmine,a\nothers,7,Dog,b\n",
}
FIELDS = [
    {"path": f"/{name}", "name": name, "type": kind}
    for name, kind in {
        "day": "date",
        "province": "string",
        "sex": "string",
        "home": "string",
        "device": "string",
    }.items()
]
ROW = {"day": "2024-03-04", "province": "2", "sex": "2", "home": "h1", "device": "7"}
MAPPING = """\
mapping: 1
member: KH
source: odk
tables:
  Submissions:
    columns:
      KEY: case_id
      day: date
      province: place
      sex: {to: sex, codes: {Male: M, Female: F}}
      device: {to: device, codes: {Landmine: UMT}}
    left_out:
      {home: later, SubmissionDate: tool, SubmitterID: tool, SubmitterName: tool, ReviewState: tool,
       Edits: tool, FormVersion: tool}
constants: {consent_share: AGG}
"""


@pytest.fixture
def opened(
    serving: Callable[[Answer], Service], credentials: Callable[[str, Mapping[str, str]], Path]
) -> Callable[[Mapping[str, bytes]], tuple[Service, str, Access]]:
    """The server with these files, the address of the form, and how a node opens it."""

    def made(files: Mapping[str, bytes]) -> tuple[Service, str, Access]:
        rows = [{"__id": f"uuid:{n}", "__system": {}, **ROW} for n in range(3)]
        service = serving(Odk(rows, FIELDS, FORM, files=dict(files)))
        secret = {"user": ODK_USER, "password": ODK_PASSWORD}
        return service, f"{service.url}/#/projects/7/forms/victims", Access(credentials(service.url, secret))

    return made


def test_labels_of_choices_in_csv_xml_geojson_and_itemsets_are_read_like_those_in_the_form() -> None:
    said = form_metadata(FORM, (), lambda name: FILES[name].decode())

    assert said.words_of("province") == {"1": "Battambang", "2": "Pailin"}
    assert said.words_of("sex") == {"1": "Male", "2": "Female"}
    assert said.words_of("home") == {"h1": "Takeo"}
    assert said.words_of("device") == {"7": "Landmine"}
    assert said.lacking == frozenset()


def test_codes_of_a_file_are_counted_by_their_names_and_each_file_is_asked_for_once(opened: Any) -> None:
    service, place, access = opened(FILES)

    loaded = load_place(place, MAPPING, access)

    found = columns(loaded)
    assert (found["place"], found["sex"], found["device"]) == (["KH-24"] * 3, ["F"] * 3, ["UMT"] * 3)
    assert loaded.findings == ()
    asked = [one.path.rpartition("/")[2] for one in service.asked if "/attachments/" in one.path]
    assert sorted(asked) == sorted(FILES)
    assert '"2": KH-24' in draft(place, "KH", access)


@pytest.mark.parametrize(
    "data",
    [None, b"", b"code;label\n1;x\n", b"\xff\xfe", b"code,label\n" + b"x" * 200_000],
    ids=["no file", "an empty one", "other columns", "no text", "a field without end"],
)
def test_a_file_that_is_missing_or_cannot_be_read_is_a_finding_and_the_rows_count(
    opened: Any, data: Any
) -> None:
    files = {name: held for name, held in FILES.items() if name != "provinces.csv"}
    _, place, access = opened(files if data is None else {**files, "provinces.csv": data})

    loaded = load_place(place, MAPPING, access)

    (missing,) = (f for f in loaded.findings if f.problem is Problem.CHOICES_MISSING)
    assert (missing.table, missing.column) == ("Submissions", "province")
    assert columns(loaded)["sex"] == ["F"] * 3
    assert "the file of its choices is missing" in draft(place, "KH", access)


def test_a_file_to_which_the_server_leads_elsewhere_is_missing(opened: Any) -> None:
    service, place, access = opened(FILES)
    moved = Reply(b"", 307, {"Location": "http://127.0.0.2:1/secret"})
    service.fault = lambda _, asked: moved if asked.path.endswith("sexes.xml") else None

    loaded = load_place(place, MAPPING, access)

    assert {f.column for f in loaded.findings if f.problem is Problem.CHOICES_MISSING} == {"sex"}


@pytest.mark.parametrize("name", ["sexes.xml", "places.geojson"])
def test_files_that_are_no_xml_or_json_are_missing(name: str) -> None:
    for text in (
        "",
        "<",
        "[]",
        '{"features": [1]}',
        '<!DOCTYPE x [<!ENTITY a "b">]><root>&a;</root>',
        "[" * 100_000,
    ):
        said = form_metadata(
            FORM, (), lambda asked, text=text: text if asked == name else FILES[asked].decode()
        )
        assert said.lacking == {"sex" if name == "sexes.xml" else "home"}
