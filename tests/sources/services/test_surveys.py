"""KoboToolbox and ODK Central: repeats, pages, tokens; and servers that give half of a register."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from register_services import (
    KOBO_ASSET,
    KOBO_TOKEN,
    ODK_PASSWORD,
    ODK_USER,
    REFUSED,
    Answer,
    Asked,
    Odk,
    Reply,
    Service,
    kobo,
)
from served_registers import columns, draft, load_place

from gateway.sources.model.errors import SourceError
from gateway.sources.services import kobo as kobo_reader
from gateway.sources.services import odk as odk_reader
from gateway.sources.services.odk_form import form_metadata
from gateway.sources.services.service_source import Access
from gateway.sources.services.spool import Spool

SURVEY = [
    {"type": "start", "name": "start"},
    {"type": "begin_group", "name": "accident"},
    {"type": "date", "name": "happened", "label": ["Date of the accident"]},
    {"type": "select_one", "name": "province", "select_from_list_name": "provinces", "label": ["Province"]},
    {"type": "end_group"},
    {"type": "begin_repeat", "name": "victims", "label": ["Victims"]},
    {"type": "integer", "name": "age", "label": ["Age"]},
    {"type": "select_one", "name": "sex", "select_from_list_name": "sexes", "label": ["Sex"]},
    {"type": "text", "name": "remark", "label": ["Remark"]},
    {"type": "end_repeat"},
]
CHOICES = [
    {"list_name": "sexes", "name": "1", "label": ["Male"]},
    {"list_name": "sexes", "name": "2", "label": ["Female"]},
    {"list_name": "provinces", "name": "btb", "label": ["Battambang"]},
]
KOBO_CONTENT = {"survey": SURVEY, "choices": CHOICES}
ODK_FIELDS = [
    {"path": "/accident", "name": "accident", "type": "structure"},
    {"path": "/accident/happened", "name": "happened", "type": "date"},
    {"path": "/accident/province", "name": "province", "type": "string"},
    {"path": "/where", "name": "where", "type": "geopoint"},
    {"path": "/victims", "name": "victims", "type": "repeat"},
    {"path": "/victims/age", "name": "age", "type": "int"},
    {"path": "/victims/sex", "name": "sex", "type": "string"},
    {"path": "/victims/remark", "name": "remark", "type": "string"},
    {"path": "/meta", "name": "meta", "type": "structure"},
    {"path": "/meta/instanceID", "name": "instanceID", "type": "string"},
]
ODK_FORM = """\
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
  <h:head>
    <model>
      <itext>
        <translation lang="Khmer (km)"><text id="/data/victims/sex:label"><value>ភេទ</value></text></translation>
        <translation lang="English (en)" default="true()">
          <text id="/data/victims/sex:label"><value form="image">jr://images/sex.png</value><value>Sex</value></text>
          <text id="provinces-0"><value>Battambang</value></text>
        </translation>
      </itext>
      <instance><data id="victims"><accident><happened/><province/></accident></data></instance>
      <instance id="provinces"><root><item><itextId>provinces-0</itextId><name>btb</name></item></root></instance>
      <instance id="sexes"><root>
        <item><name>1</name><label>Male</label></item><item><name>2</name><label>Female</label></item>
      </root></instance>
    </model>
  </h:head>
  <h:body>
    <group ref="/data/accident">
      <input ref="/data/accident/happened"><label>Date of the <output value="/data/where"/>accident</label></input>
      <select1 ref="/data/accident/province">
        <label>Province</label>
        <itemset nodeset="instance('provinces')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset>
      </select1>
    </group>
    <repeat nodeset="/data/victims">
      <input ref="/data/victims/age"><label>Age</label></input>
      <select1 ref="/data/victims/sex">
        <label ref="jr:itext('/data/victims/sex:label')"/>
        <itemset nodeset="instance('sexes')/root/item[true()]"><value ref="name"/><label ref="label"/></itemset>
      </select1>
    </repeat>
  </h:body>
</h:html>
"""  # noqa: E501 - as forms are written
MAPPING = """\
mapping: 1
member: KH
source: {kind}
tables:
  Submissions.victims:
    columns:
      KEY: case_id
      age: age
      sex: {{to: sex, codes: {{"1": M, "2": F}}}}
    left_out: {{PARENT_KEY: joins, remark: text}}
  Submissions:
    join: {{{key}: PARENT_KEY}}
    columns:
      accident/happened: date
      accident/province: {{to: place, codes: {{btb: KH-2}}}}
    left_out: {{{left_out}}}
constants: {{consent_share: AGG}}
"""
KOBO = MAPPING.format(kind="kobo", key="_uuid", left_out="_id: tool, _submission_time: tool, start: tool")
ODK = MAPPING.format(
    kind="odk",
    key="KEY",
    left_out=", ".join(
        f"{name}: tool"
        for name in (
            *("SubmissionDate", "SubmitterID", "SubmitterName", "ReviewState", "Edits", "FormVersion"),
            *("where-Longitude", "where-Latitude", "where-Altitude", "meta/instanceID"),
        )
    ),
)


def kobo_submission(number: int, victims: int = 1) -> dict[str, Any]:
    return {
        "_id": number,
        "_uuid": f"uuid-{number}",
        "_submission_time": "2026-11-01T08:00:00",
        "_attachments": [],
        "_geolocation": [None, None],
        "_validation_status": {},
        "accident/happened": "2024-03-04",
        "accident/province": "btb",
        "victims": [{"victims/age": str(20 + n), "victims/sex": "2"} for n in range(victims)],
    }


def odk_submission(number: int, victims: int = 1) -> dict[str, Any]:
    return {
        "__id": f"uuid:{number}",
        "__system": {"submissionDate": "2026-11-01T08:00:00.000Z", "submitterName": "Data entry"},
        "accident": {"happened": "2024-03-04", "province": "btb"},
        "where": {"type": "Point", "coordinates": [103.2, 13.1, 12.5], "properties": {"accuracy": 4}},
        "victims@odata.navigationLink": f"Submissions('uuid%3A{number}')/victims",
        "victims": [
            {"__id": f"hash{number}.{n}", "__Submissions-id": f"uuid:{number}", "age": 20 + n, "sex": "2"}
            for n in range(victims)
        ],
        "meta": {"instanceID": f"uuid:{number}"},
    }


@pytest.fixture(params=["kobo", "odk"])
def survey(
    request: pytest.FixtureRequest,
    serving: Callable[[Answer], Service],
    credentials: Callable[[str, Mapping[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> "Survey":
    """Either server, with pages of two submissions."""
    monkeypatch.setattr(kobo_reader, "PAGE", 2)
    monkeypatch.setattr(odk_reader, "PAGE", 2)
    return Survey(request.param, serving, credentials)


class Survey:
    """A server with a form, its address, and how a node opens it."""

    def __init__(self, kind: str, serving: Any, credentials: Any) -> None:
        self.kind = kind
        self.mapping = KOBO if kind == "kobo" else ODK
        self._serving, self._credentials = serving, credentials

    def holding(self, *victims: int) -> Service:
        """The server with a submission for each number of victims."""
        if self.kind == "kobo":
            held = [kobo_submission(n, many) for n, many in enumerate(victims)]
            service = self._serving(kobo(held, KOBO_CONTENT))
            secret, path = {"token": KOBO_TOKEN}, f"/#/forms/{KOBO_ASSET}/summary"
        else:
            service = self._serving(
                Odk([odk_submission(n, m) for n, m in enumerate(victims)], ODK_FIELDS, ODK_FORM)
            )
            secret, path = {"user": ODK_USER, "password": ODK_PASSWORD}, "/#/projects/7/forms/victims"
        self.place = service.url + path
        self.access = Access(self._credentials(service.url, secret))
        return service

    def load(self) -> Any:
        return load_place(self.place, self.mapping, self.access)

    def is_page(self, asked: Asked) -> bool:
        return asked.path.endswith(("/data/", "/Submissions"))


def test_repeats_are_tables_whose_rows_name_their_submission(survey: Survey) -> None:
    survey.holding(1, 3, 0, 2, 1)
    loaded = survey.load()

    assert columns(loaded)["date"] == ["2024-03"] * 7
    assert columns(loaded)["place"] == ["KH-2"] * 7
    assert columns(loaded)["sex"] == ["F"] * 7
    assert {f.problem.name for f in loaded.findings} == {"ORPHAN"}, "one accident without victims"


def test_a_question_that_nobody_answered_is_a_column_all_the_same(survey: Survey) -> None:
    survey.holding(1)
    assert "remark" in survey.mapping
    assert survey.load().findings == ()


def test_a_draft_reads_names_codes_and_joins_from_the_form(survey: Survey) -> None:
    survey.holding(2, 1, 1, 3)
    text = draft(survey.place, "KH", survey.access)

    assert f"source: {survey.kind}\naddress: " in text
    assert "Submissions.victims:" in text
    assert "PARENT_KEY" in text
    assert "'2': F" in text or '"2": F' in text
    assert KOBO_TOKEN not in text
    assert ODK_PASSWORD not in text


def test_a_page_that_comes_twice_is_found_and_nothing_is_loaded(survey: Survey) -> None:
    service = survey.holding(1, 1, 1, 1, 1)
    first: list[Reply] = []

    def twice(_number: int, asked: Asked) -> Reply | None:
        if survey.is_page(asked):
            first.append(first[0] if first else service.answer(asked))
            return first[0]
        return None

    service.fault = twice
    with pytest.raises(SourceError, match="gave rows twice, or left rows out"):
        survey.load()


def test_a_page_that_is_left_out_is_found_and_nothing_is_loaded(survey: Survey) -> None:
    service = survey.holding(1, 1, 1, 1, 1)

    def shorter(_number: int, asked: Asked) -> Reply | None:
        if not survey.is_page(asked):
            return None
        reply = service.answer(asked)
        rows = reply.body["results" if survey.kind == "kobo" else "value"]
        del rows[1:]
        return reply

    service.fault = shorter
    if survey.kind == "kobo":
        assert len(survey.load().snapshot) == 5, "each page goes on from the last row that came"
    else:
        with pytest.raises(SourceError, match="gave rows twice, or left rows out"):
            survey.load()


def test_a_submission_that_comes_while_pages_are_read_is_waited_for(survey: Survey) -> None:
    service = survey.holding(1, 1, 1, 1)
    grown = survey.holding(1, 1, 1, 1, 1).answer
    pages: list[Asked] = []

    def grow(_number: int, asked: Asked) -> Reply | None:
        if survey.is_page(asked):
            pages.append(asked)
            if len(pages) == 1:
                small = grown(asked)
                small.body["count" if survey.kind == "kobo" else "@odata.count"] -= 1
                return small
        return None

    service.fault = grow
    assert len(survey.load().snapshot) == 5
    assert len(pages) > 3, "begun anew"


def test_a_token_that_ends_on_the_way_is_renewed_or_refused_whole(survey: Survey) -> None:
    service = survey.holding(1, 1, 1, 1, 1)
    ended: list[Asked] = []

    def end(_number: int, asked: Asked) -> Reply | None:
        if survey.is_page(asked) and (ended or service.asked[-2].path == asked.path):
            if survey.kind == "kobo":
                return REFUSED
            if not ended:
                ended.append(asked)
                return REFUSED
        return None

    service.fault = end
    if survey.kind == "odk":
        assert len(survey.load().snapshot) == 5
    else:
        with pytest.raises(SourceError, match="no longer, let this node read") as caught:
            survey.load()
        assert KOBO_TOKEN not in f"{caught.value} {caught.value.remedy}"


def test_a_wrong_token_is_told_without_being_shown(survey: Survey, tmp_path: Path) -> None:
    service = survey.holding(1)
    path = tmp_path / "credentials.yaml"
    path.write_text(f"{service.url}: {{token: wrong-secret}}\n")
    with pytest.raises(SourceError, match="let this node read") as caught:
        survey.load()
    assert "wrong-secret" not in f"{caught.value} {caught.value.remedy} {caught.value.__context__!r}"


def test_a_server_that_breaks_off_is_asked_again_and_then_given_up(survey: Survey) -> None:
    service = survey.holding(1, 1, 1)

    def broken(times: int) -> Callable[[int, Asked], Reply | None]:
        left = [times]

        def break_off(_number: int, asked: Asked) -> Reply | None:
            if survey.is_page(asked) and left[0]:
                left[0] -= 1
                return Reply(service.answer(asked).body, cut=20)
            return None

        return break_off

    service.fault = broken(2)
    assert len(survey.load().snapshot) == 3
    service.fault = broken(50)
    with pytest.raises(SourceError, match="cannot be reached"):
        survey.load()


def test_an_answer_of_another_form_is_told(survey: Survey) -> None:
    service = survey.holding(1)
    endless = {"count": float("inf"), "@odata.count": float("inf"), "results": [], "value": []}
    for body in ([], {}, {"results": 1, "value": 1}, b"<html>Sign in</html>", None, "x", endless):
        service.fault = lambda _n, asked, body=body: Reply(body) if survey.is_page(asked) else None
        with pytest.raises(SourceError, match=r"another form|something else than JSON"):
            survey.load()


def test_pages_without_rows_and_without_an_end_are_given_up(survey: Survey) -> None:
    service = survey.holding(1, 1, 1)

    def empty(number: int, asked: Asked) -> Reply | None:
        page = {"@odata.count": 3, "value": [], "@odata.nextLink": f"/x?%24top=2&%24skiptoken={number}"}
        return Reply({**page, "count": 3, "results": []}) if survey.is_page(asked) else None

    service.fault = empty
    with pytest.raises(SourceError, match="gave rows twice, or left rows out"):
        survey.load()
    assert len(service.asked) < 20


def test_a_disk_without_room_is_told(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    survey.holding(1)
    monkeypatch.setattr(Spool, "add", full)
    with pytest.raises(SourceError, match="no room"):
        survey.load()


def test_an_option_without_a_code_is_read_by_its_name_in_the_form(survey: Survey) -> None:
    survey.holding(1)
    survey.mapping = survey.mapping.replace('{"1": M, "2": F}', "{Female: F, Male: M}").replace(
        "{to: place, codes: {btb: KH-2}}", "place"
    )
    loaded = survey.load()

    assert (columns(loaded)["sex"], columns(loaded)["place"]) == (["F"], ["KH-2"])
    assert '"1": M' in draft(survey.place, "KH", survey.access), "though nobody is a man yet"


def test_labels_of_a_form_are_read_in_its_own_language_and_entities_never() -> None:
    said = form_metadata(ODK_FORM, ("victims",))
    assert said.headings == {
        "accident/happened": "Date of the accident",
        "accident/province": "Province",
        "age": "Age",
        "sex": "Sex",
    }
    assert said.words_of("sex") == {"1": "Male", "2": "Female"}
    for text in ("", "<h:html", '<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'):
        with pytest.raises(ValueError, match=r"no XML|a document type"):
            form_metadata(text, ())


def test_an_edited_submission_of_kobo_keeps_its_number(
    serving: Callable[[Answer], Service], credentials: Callable[[str, Mapping[str, str]], Path]
) -> None:
    edited = {**kobo_submission(1), "_uuid": "new", "meta/rootUuid": "uuid:first"}
    service = serving(kobo([edited], KOBO_CONTENT))
    access = Access(credentials(service.url, {"token": KOBO_TOKEN}))
    mapping = KOBO.replace("_submission_time: tool", '_submission_time: tool, "meta/rootUuid": tool')
    loaded = load_place(f"{service.url}/api/v2/assets/{KOBO_ASSET}/", mapping, access)

    assert loaded.snapshot.links["case"].tolist() == [b"case_id:firstvictims1"]


def test_a_form_with_more_ends_than_begins_is_told(
    serving: Callable[[Answer], Service], credentials: Callable[[str, Mapping[str, str]], Path]
) -> None:
    """It ended in a trace."""
    service = serving(
        kobo([kobo_submission(1)], {"survey": [*SURVEY, {"type": "end_group"}], "choices": CHOICES})
    )
    access = Access(credentials(service.url, {"token": KOBO_TOKEN}))
    with pytest.raises(SourceError, match="another form"):
        load_place(f"{service.url}/api/v2/assets/{KOBO_ASSET}/", KOBO, access)
