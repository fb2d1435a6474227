"""A log's entries as FHIR R5 AuditEvent resources, in the query pattern of IHE BALP.

Sources: hl7.org/fhir/R5/auditevent.html; IHE ITI Basic Audit Log Patterns, profile Query (not PatientQuery:
no question is about a person). BALP is written for R4: what R4 calls type and subtype are category and code
in R5, and `entity.type` is gone. So a client (source role), a server (destination role) and the person who
asked are agents; the question as it was logged stands in an entity of role Query, in base64; the question's
number is the transaction. Nobody is named: a person is the commitment in the log.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from audit.events.events import Event, encode
from audit.events.former_events import present_type
from audit.events.question_events import Answered, Asked, Denied, Refused, Rejected, Released
from audit.events.refusal_events import MessageRefused
from audit.events.search import Found, reasons_of, time_of
from audit.formats.canonical import canonical_json
from audit.formats.encoding import to_base64

_INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_EVENT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_SEVERITY: Final = "http://hl7.org/fhir/issue-severity"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_USER: Final = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
_CLIENT: Final = (_DICOM, "110153", "Source Role ID")
_SERVER: Final = (_DICOM, "110152", "Destination Role ID")
_PERSON: Final = (_USER, "humanuser", "human user")
_OWN: Final = "urn:safelane"

_QUERIES: Final = (Asked, Denied, Answered, Refused, Released)


def bundle(origin: str, found: Iterable[Found]) -> Iterator[str]:
    """A Bundle of type collection with an AuditEvent for each entry, as canonical JSON, piece by piece.

    A log of a million entries makes a Bundle of two gigabytes: only one entry is kept in memory.
    """
    before = '{"entry":['
    for each in found:
        resource = audit_event(origin, each)
        entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
        yield before + canonical_json(entry).decode()
        before = ","
    # FHIR's JSON has no empty lists
    yield ("{" if before != "," else "],") + '"resourceType":"Bundle","type":"collection"}\n'


def audit_event(origin: str, found: Found) -> dict[str, Any]:
    """Return one entry of the log `origin` as an AuditEvent."""
    event = found.event
    query = isinstance(event, _QUERIES)
    own = (f"{_OWN}:event", present_type(event.TYPE), None)
    resource: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": _identity(origin, found.number),
        "category": [_concept((_EVENT_TYPE, "rest", "Restful Operation")), _concept(own)]
        if query
        else [_concept(own)],
        "code": _concept((_INTERACTION, "search", "search")) if query else _concept(own),
        "action": "E",
        "recorded": f"{time_of(event).isoformat()[:19]}Z",
        "outcome": _outcome(event),
        "agent": _agents(origin, event),
        "source": {"observer": {"display": origin}},
        "entity": _entities(origin, found),
    }
    purpose = getattr(event, "purpose", None)
    if purpose:
        resource["authorization"] = [_concept((f"{_OWN}:purpose", purpose, None))]
    return resource


def _identity(origin: str, number: int) -> str:
    """Return an identity of the entry, equal in every export."""
    return str(uuid5(NAMESPACE_URL, f"{_OWN}:log:{origin}:{number}"))


def _outcome(event: Event) -> dict[str, Any]:
    failed = isinstance(event, Denied | Refused | Rejected | MessageRefused) or event.TYPE == "sign-in-failed"
    code = ("error", "Error") if failed else ("success", "Operation Successful")
    outcome: dict[str, Any] = {"code": {"system": _SEVERITY, "code": code[0], "display": code[1]}}
    reasons = [reason for reason in reasons_of(event) if reason]
    if reasons:
        outcome["detail"] = [_reason(reason) for reason in reasons]
    return outcome


def _reason(reason: str) -> dict[str, Any]:
    """Return a code for a word of a closed list; otherwise text."""
    return {"text": reason} if " " in reason else _concept((f"{_OWN}:reason", reason, None))


def _agents(origin: str, event: Event) -> list[dict[str, Any]]:
    """Return the person, if known; for a question also the asking and the asked system. FHIR requires at
    least one agent."""
    agents = _person(event)
    if isinstance(event, Asked | Denied):
        agents += [_system(_CLIENT, event.organisation), _system(_SERVER, origin)]
    elif isinstance(event, Answered | Refused):
        agents += [_system(_CLIENT, event.asked.origin), _system(_SERVER, f"member {event.member}")]
    elif isinstance(event, Released):
        asked = {"system": f"{_OWN}:log:{origin}", "value": str(event.asked_index)}
        client = _agent(_CLIENT, {"identifier": asked, "display": "whoever asked in this entry"})
        agents += [client, _system(_SERVER, origin)]
    return agents or [_system(_SERVER, getattr(event, "member", None) or origin)]


def _person(event: Event) -> list[dict[str, Any]]:
    actor = getattr(event, "actor", None)
    if actor is None:
        return []
    who: dict[str, Any] = {"identifier": {"system": f"{_OWN}:commitment", "value": str(actor)}}
    organisation, role = getattr(event, "organisation", None), getattr(event, "role", None)
    if organisation:
        who["display"] = f"a person of {organisation}"
    agent = _agent(_PERSON, who, requestor=True)
    return [{**agent, "role": [_concept((f"{_OWN}:role", role, None))]} if role else agent]


def _system(kind: tuple[str, str, str], name: str) -> dict[str, Any]:
    return _agent(kind, {"display": name or "not named"})


def _agent(kind: tuple[str, str, str], who: dict[str, Any], *, requestor: bool = False) -> dict[str, Any]:
    return {"type": _concept(kind), "who": who, "requestor": requestor}


def _entities(origin: str, found: Found) -> list[dict[str, Any]]:
    """Return the entry itself, and for a question the query as logged and its number."""
    entities = [_entity(f"{_OWN}:log:{origin}", str(found.number))]
    event = found.event
    question_id = getattr(event, "question_id", None)
    if question_id:
        entities.append(_entity(f"{_OWN}:question", question_id))
    if isinstance(event, _QUERIES):
        query = {"role": _concept((_OBJECT_ROLE, "24", "Query")), "query": to_base64(encode(event))}
        entities.append(query)
    return entities


def _entity(system: str, value: str) -> dict[str, Any]:
    return {"what": {"identifier": {"system": system, "value": value}}}


def _concept(coding: tuple[str, str, str | None]) -> dict[str, Any]:
    system, code, display = coding
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}
