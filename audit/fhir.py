"""A log's entries as FHIR R5 AuditEvent resources, in the query pattern of IHE BALP.

Sources: hl7.org/fhir/R5/auditevent.html; IHE ITI, Basic Audit Log Patterns (profile Query). An agent is known
by the commitment in the log, never by name; the question stands in an entity of role Query, in base64.
"""

from collections.abc import Iterable
from typing import Any, Final

from audit.canonical import canonical_json
from audit.encoding import to_base64
from audit.events import Answered, Asked, Denied, Event, Refused, Released, encode
from audit.search import Found, time_of

_INTERACTION: Final = "http://hl7.org/fhir/restful-interaction"
_OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_OUTCOME: Final = "http://hl7.org/fhir/issue-severity"
_OWN: Final = "urn:safelane"
_QUERIES: Final = (Asked, Denied, Answered, Refused, Released)


def bundle(origin: str, found: Iterable[Found]) -> bytes:
    """A Bundle of type collection with an AuditEvent for each entry, as canonical JSON."""
    entries = [{"resource": audit_event(origin, each)} for each in found]
    return canonical_json({"entry": entries, "resourceType": "Bundle", "type": "collection"})


def audit_event(origin: str, found: Found) -> dict[str, Any]:
    """One entry of the log `origin` as an AuditEvent."""
    event = found.event
    query = isinstance(event, _QUERIES)
    resource: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "action": "E",
        "agent": [_agent(event)],
        "category": [_concept(_OWN, event.TYPE)],
        "code": _concept(_INTERACTION, "search") if query else _concept(_OWN, event.TYPE),
        "entity": [_log_entry(origin, found)],
        "outcome": {"code": {"code": _severity(event), "system": _OUTCOME}},
        "recorded": f"{time_of(event):%Y-%m-%dT%H:%M:%SZ}",
        "source": {"observer": {"display": origin}},
    }
    if query:
        resource["entity"].append(_question(event))
    purpose = getattr(event, "purpose", None)
    if purpose is not None:
        resource["authorization"] = [_concept(_OWN, purpose)]
    reasons = getattr(event, "reasons", ())
    if reasons:
        resource["outcome"]["detail"] = [_concept(_OWN, reason) for reason in reasons]
    return resource


def _agent(event: Event) -> dict[str, Any]:
    """Who acted: a committed person of an organisation, a member's node, or else the hub itself."""
    actor = getattr(event, "actor", None)
    member = getattr(event, "member", None)
    if actor is None:
        return {"requestor": False, "who": {"display": "hub" if member is None else f"member {member}"}}
    agent: dict[str, Any] = {
        "requestor": True,
        "who": {"identifier": {"system": f"{_OWN}:commitment", "value": str(actor)}},
    }
    organisation, role = getattr(event, "organisation", None), getattr(event, "role", None)
    if organisation is not None:
        agent["who"]["display"] = organisation
    if role is not None:
        agent["role"] = [_concept(_OWN, role)]
    return agent


def _log_entry(origin: str, found: Found) -> dict[str, Any]:
    return {"what": {"identifier": {"system": f"{_OWN}:log:{origin}", "value": str(found.number)}}}


def _question(event: Event) -> dict[str, Any]:
    return {
        "query": to_base64(encode(event)),
        "role": _concept(_OBJECT_ROLE, "24"),
        "what": {"identifier": {"system": f"{_OWN}:question", "value": getattr(event, "question_id", "")}},
    }


def _severity(event: Event) -> str:
    return "error" if isinstance(event, Denied | Refused) else "success"


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"code": code, "system": system}]}
