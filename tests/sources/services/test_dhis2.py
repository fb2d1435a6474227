"""DHIS2: events, people, units and option sets; and pages that come twice or lack events."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from register_services import DHIS2_PROGRAM, DHIS2_TOKEN, Answer, Asked, Dhis2, Reply, Service
from served_registers import columns, draft, load_place

from gateway.sources.model.errors import SourceError
from gateway.sources.services import dhis2
from gateway.sources.services.service_source import Access

SEXES = {"options": [{"code": "1", "displayName": "Male"}, {"code": "2", "displayName": "Female"}]}


def element(uid: str, name: str, kind: str = "TEXT", options: Any = None) -> dict[str, Any]:
    found = {"id": uid, "displayName": name, "valueType": kind}
    return {**found, "optionSet": options} if options else found


STAGE = {
    "id": "stageAAAAAA",
    "displayName": "Accident",
    "programStageDataElements": [
        {"dataElement": element("deSexAAAAAA", "Sex", options=SEXES)},
        {"dataElement": element("deAgeAAAAAA", "Age in years", "INTEGER")},
        {"dataElement": element("deHappenedA", "Date of accident", "DATE")},
    ],
}
ABOUT = {"displayName": "Mine victims", "programType": "WITHOUT_REGISTRATION", "programStages": [STAGE]}
UNITS = [
    {
        "id": f"unitAAAAAA{n}", "displayName": f"Health post {n}",
        "ancestors": [{"displayName": "Vientiane", "level": 2}, {"displayName": "Laos", "level": 1}],
    }
    for n in range(3)
]  # fmt: skip
MAPPING = """\
mapping: 1
member: LA
source: dhis2
tables:
  Accident:
    columns:
      event: case_id
      deHappenedA: date
      deSexAAAAAA: {to: sex, codes: {"1": M, "2": F}}
      deAgeAAAAAA: age
      orgUnitLevel2: {to: place, codes: {Vientiane: LA-VI}}
    left_out:
      {status: tool, trackedEntity: tool, orgUnit: tool, orgUnitName: tool, occurredAt: tool,
       orgUnitLevel1: tool, orgUnitLevel3: tool}
constants: {consent_share: AGG}
"""


def event(number: int) -> dict[str, Any]:
    return {
        "event": f"event{number:06d}",
        "status": "COMPLETED",
        "programStage": "stageAAAAAA",
        "orgUnit": f"unitAAAAAA{number % 3}",
        "occurredAt": "2024-05-06T00:00:00.000",
        "dataValues": [
            {"dataElement": "deSexAAAAAA", "value": "2"},
            {"dataElement": "deAgeAAAAAA", "value": "34"},
            {"dataElement": "deHappenedA", "value": "2024-05-05"},
        ],
    }


@pytest.fixture
def opened(
    serving: Callable[[Answer], Service],
    credentials: Callable[[str, Mapping[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Dhis2], tuple[Service, str, Access]]:
    """The server with pages of two, its address, and how a node opens it."""
    monkeypatch.setattr(dhis2, "PAGE", 2)

    def made(server: Dhis2) -> tuple[Service, str, Access]:
        service = serving(server)
        place = f"{service.url}/hmis/api/41/tracker/events?program={DHIS2_PROGRAM}&ouMode=ACCESSIBLE"
        return service, place, Access(credentials(service.url, {"token": DHIS2_TOKEN}))

    return made


@pytest.mark.parametrize("older", [False, True])
def test_events_are_rows_with_their_elements_and_units(opened: Any, *, older: bool) -> None:
    _, place, access = opened(Dhis2(ABOUT, UNITS, [event(n) for n in range(5)], older=older))
    loaded = load_place(place, MAPPING, access)

    assert loaded.findings == ()
    assert columns(loaded) == {
        "age": ["25-34"] * 5, "date": ["2024-05"] * 5, "place": ["LA-VI"] * 5, "sex": ["F"] * 5
    }  # fmt: skip


def test_a_draft_names_elements_and_options(opened: Any) -> None:
    _, place, access = opened(Dhis2(ABOUT, UNITS, [event(n) for n in range(20)]))
    text = draft(place, "LA", access)

    assert '"2": F' in text
    assert "deAgeAAAAAA: age" in text
    assert "Age in years" in text
    assert DHIS2_TOKEN not in text


def test_people_of_a_tracker_program_are_joined_to_their_events(opened: Any) -> None:
    attribute = {"trackedEntityAttribute": element("atSexAAAAAA", "Sex", options=SEXES)}
    about = {
        **ABOUT, "programType": "WITH_REGISTRATION", "programTrackedEntityAttributes": [attribute]
    }  # fmt: skip
    people = [
        {
            "trackedEntity": f"person{n}", "orgUnit": "unitAAAAAA0",
            "attributes": [{"attribute": "atSexAAAAAA", "value": "1"}],
        }
        for n in range(3)
    ]  # fmt: skip
    events = [{**event(n), "trackedEntity": f"person{n}"} for n in range(3)]
    _, place, access = opened(Dhis2(about, UNITS, events, people))
    mapping = MAPPING.replace('      deSexAAAAAA: {to: sex, codes: {"1": M, "2": F}}\n', "").replace(
        "constants:",
        "  people:\n    join: {trackedEntity: trackedEntity}\n    columns:\n"
        '      atSexAAAAAA: {to: sex, codes: {"1": M, "2": F}}\n'
        "    left_out: {orgUnit: tool, orgUnitName: tool, orgUnitLevel1: tool, orgUnitLevel2: tool, "
        "orgUnitLevel3: tool}\nconstants:",
    )
    loaded = load_place(
        place, mapping.replace("{status: tool,", "{deSexAAAAAA: doubled, status: tool,"), access
    )

    assert columns(loaded)["sex"] == ["M"] * 3


@pytest.mark.parametrize("fault", [
    lambda _: [event(0), event(1)],
    lambda rows: rows[:1],
    lambda _: [],
])  # fmt: skip
def test_pages_that_come_twice_or_lack_events_load_nothing(opened: Any, fault: Any) -> None:
    service, place, access = opened(Dhis2(ABOUT, UNITS, [event(n) for n in range(5)]))

    def spoilt(_number: int, asked: Asked) -> Reply | None:
        if asked.query.get("page") != "2":
            return None
        reply = service.answer(asked)
        reply.body["events"] = fault(reply.body["events"])
        return reply

    service.fault = spoilt
    with pytest.raises(SourceError, match="gave rows twice, or left rows out"):
        load_place(place, MAPPING, access)


def test_events_that_are_added_meanwhile_begin_it_anew(opened: Any) -> None:
    server = Dhis2(ABOUT, UNITS, [event(n) for n in range(4)])
    service, place, access = opened(server)

    def grow(_number: int, asked: Asked) -> Reply | None:
        if asked.query.get("page") == "2" and len(server.events) == 4:
            server.events.append(event(4))
        return None

    service.fault = grow
    assert len(load_place(place, MAPPING, access).snapshot) == 5


def test_a_token_that_ends_on_the_way_loads_nothing(opened: Any) -> None:
    service, place, access = opened(Dhis2(ABOUT, UNITS, [event(n) for n in range(5)]))
    service.fault = lambda _n, asked: Reply({}, 401) if asked.query.get("page") == "3" else None
    with pytest.raises(SourceError, match="no longer, let this node read"):
        load_place(place, MAPPING, access)


@pytest.mark.parametrize("body", [[], {"events": 1}, {"pager": {}}, None])
def test_an_answer_of_another_form_is_told(opened: Any, body: Any) -> None:
    service, place, access = opened(Dhis2(ABOUT, UNITS, [event(0)]))
    service.fault = lambda _n, asked: Reply(body) if asked.path.endswith("/events") else None
    with pytest.raises(SourceError, match="another form"):
        load_place(place, MAPPING, access)


@pytest.mark.parametrize(
    "element_says",
    [
        {"id": 5},
        {
            "id": "deSexAAAAAA",
            "displayName": {"en": "Sex"},
            "optionSet": {"options": [{"code": 1.5, "displayName": 2}]},
        },
    ],
)
def test_names_that_are_no_texts_are_told(opened: Any, element_says: Any) -> None:
    """They ended in a trace, once a draft looked for words in them."""
    about = {
        **ABOUT,
        "programStages": [{**STAGE, "programStageDataElements": [{"dataElement": element_says}]}],
    }
    _, place, access = opened(Dhis2(about, UNITS, [event(0)]))
    with pytest.raises(SourceError, match="another form"):
        draft(place, "LA", access)
