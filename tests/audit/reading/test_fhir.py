"""AuditEvent resources hold what FHIR R5 asks for, in the pattern of IHE BALP, and name nobody."""

import base64
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import logged
import pytest
from any_events import any_event
from hypothesis import given
from logged import HUB, SECRET

from audit.events import events
from audit.events.events import Event
from audit.events.search import Found
from audit.reading.fhir import audit_event, bundle

# The elements of hl7.org/fhir/R5/auditevent.html that are used here: name -> (at least, at most, content).
# Content is a pattern for primitives, or elements again.
MANY = 10**6
CODE = re.compile(r"[^\s]+( [^\s]+)*")
TEXT = re.compile(r"[\s\S]+")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+")
BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")
CODING = {"system": (0, 1, URI), "code": (0, 1, CODE), "display": (0, 1, TEXT)}
CONCEPT = {"coding": (0, MANY, CODING), "text": (0, 1, TEXT)}
IDENTIFIER = {"system": (0, 1, URI), "value": (0, 1, TEXT)}
REFERENCE = {"identifier": (0, 1, IDENTIFIER), "display": (0, 1, TEXT)}
AGENT = {
    "type": (0, 1, CONCEPT),
    "role": (0, MANY, CONCEPT),
    "who": (1, 1, REFERENCE),
    "requestor": (0, 1, bool),
}
ENTITY = {"what": (0, 1, REFERENCE), "role": (0, 1, CONCEPT), "query": (0, 1, BASE64)}
AUDIT_EVENT = {
    "resourceType": (1, 1, re.compile("AuditEvent")),
    "id": (0, 1, re.compile(r"[A-Za-z0-9.-]{1,64}")),
    "category": (0, MANY, CONCEPT),
    "code": (1, 1, CONCEPT),
    "action": (0, 1, re.compile("[CRUDE]")),
    "recorded": (1, 1, INSTANT),
    "outcome": (0, 1, {"code": (1, 1, CODING), "detail": (0, MANY, CONCEPT)}),
    "authorization": (0, MANY, CONCEPT),
    "agent": (1, MANY, AGENT),
    "source": (1, 1, {"observer": (1, 1, REFERENCE)}),
    "entity": (0, MANY, ENTITY),
}
ENTRY = {"fullUrl": (0, 1, re.compile(r"urn:uuid:[0-9a-f-]{36}")), "resource": (0, 1, AUDIT_EVENT)}
BUNDLE = {
    "resourceType": (1, 1, re.compile("Bundle")),
    "type": (1, 1, re.compile("collection")),
    "entry": (0, MANY, ENTRY),
}


def faults(value: Any, kind: Any, where: str) -> Iterator[str]:
    """What is wrong with a JSON value of FHIR: an element too many or too few, or one of another form."""
    if isinstance(kind, re.Pattern):
        if not isinstance(value, str) or kind.fullmatch(value) is None:
            yield f"{where}: {value!r}"
    elif kind is bool:
        if not isinstance(value, bool):
            yield f"{where}: {value!r}"
    elif not isinstance(value, dict) or not value:
        yield f"{where}: no object, or an empty one"
    else:
        yield from (f"{where}.{name}: no such element" for name in value.keys() - kind.keys())
        for name, (least, most, content) in kind.items():
            held = value.get(name)
            items = [] if held is None else held if most > 1 else [held]
            if not isinstance(items, list) or (held is not None and not items):
                yield f"{where}.{name}: no list, or an empty one"
            elif not least <= len(items) <= most:
                yield f"{where}.{name}: {len(items)} times"
            else:
                for item in items:
                    yield from faults(item, content, f"{where}.{name}")


EVERY = [
    *(logged.asked(), logged.denied(), logged.answered(), logged.refused(), logged.policy()),
    *(logged.released(answered=["KH"], refused=["LA"], missing=["VN"]), logged.sign_in_failed()),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: event.TYPE)
def test_a_resource_is_one_of_fhir_r5(event: Event) -> None:
    assert list(faults(audit_event(HUB, Found(0, event)), AUDIT_EVENT, "AuditEvent")) == []


@given(any_event())
def test_every_kind_of_event_has_its_elements(event: Event) -> None:
    """Whatever an entry holds, nothing that FHIR demands is missing, and no list or object is empty."""
    resource = audit_event(HUB, Found(0, event))
    texts = (": '", ': "')  # words of an entry may hold anything; that FHIR forbids some is not our shape
    shape = [f for f in faults(resource, AUDIT_EVENT, "AuditEvent") if not any(t in f for t in texts)]
    assert shape == []


def test_a_bundle_is_one_of_fhir_r5() -> None:
    made = json.loads("".join(bundle(HUB, [Found(i, event) for i, event in enumerate(EVERY)])))
    assert list(faults(made, BUNDLE, "Bundle")) == []
    urls = [entry["fullUrl"] for entry in made["entry"]]
    assert len(set(urls)) == len(EVERY)
    assert json.loads("".join(bundle(HUB, []))) == {"resourceType": "Bundle", "type": "collection"}

    def endless() -> Iterator[Found]:
        while True:
            yield Found(0, EVERY[0])

    assert sum(map(len, islice(bundle(HUB, endless()), 1000))) > 100_000  # and no piece waits for the last


def test_an_entry_has_the_same_identity_in_every_export() -> None:
    one, other = (audit_event(HUB, Found(3, logged.asked())) for _ in range(2))
    assert one["id"] == other["id"]
    assert one["id"] != audit_event(HUB, Found(4, logged.asked()))["id"]
    assert one["id"] != audit_event("another/log", Found(3, logged.asked()))["id"]


def codes(concepts: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(c["system"].rpartition("/")[2], c["code"]) for concept in concepts for c in concept["coding"]}


@pytest.mark.parametrize(
    "event", [logged.asked(), logged.answered(), logged.refused(), logged.released(), logged.denied()]
)
def test_a_question_is_a_query_of_balp(event: Event) -> None:
    """IHE BALP, Query: a RESTful search that was executed, by a client at a server, with the query itself."""
    resource = audit_event(HUB, Found(7, event))
    assert ("audit-event-type", "rest") in codes(resource["category"])
    assert codes([resource["code"]]) == {("restful-interaction", "search")}
    assert resource["action"] == "E"
    kinds = codes([agent["type"] for agent in resource["agent"]])
    assert {("DCM", "110153"), ("DCM", "110152")} <= kinds
    (query,) = [e for e in resource["entity"] if "query" in e]
    assert codes([query["role"]]) == {("object-role", "24")}
    assert base64.b64decode(query["query"]) == events.encode(event)
    assert {"system": f"urn:safelane:log:{HUB}", "value": "7"} in [
        e["what"]["identifier"] for e in resource["entity"] if "what" in e
    ]


def test_whoever_asked_is_a_commitment() -> None:
    resource = audit_event(HUB, Found(0, logged.asked()))
    (person,) = [a for a in resource["agent"] if a["requestor"]]
    assert codes([person["type"]]) == {("extra-security-role-type", "humanuser")}
    assert person["who"]["identifier"]["value"] == str(SECRET)
    assert codes(resource["authorization"]) == {("urn:safelane:purpose", "regional-reporting")}


@pytest.mark.parametrize(
    ("event", "code", "reasons"),
    [
        (logged.asked(), "success", []),
        (logged.refused(), "error", ["not-shared"]),
        (logged.denied(), "error", ["purpose-not-held"]),
        (logged.released(answered=["KH"], refused=["LA"]), "success", ["not-shared"]),
    ],
)
def test_an_outcome_has_its_reasons(event: Event, code: str, reasons: list[str]) -> None:
    outcome = audit_event(HUB, Found(0, event))["outcome"]
    assert (outcome["code"]["code"], outcome["code"]["system"]) == (
        code,
        "http://hl7.org/fhir/issue-severity",
    )
    assert [d["coding"][0]["code"] for d in outcome.get("detail", [])] == reasons
