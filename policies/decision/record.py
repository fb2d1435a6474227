"""Requests and decisions as plain data for a log, so that a decision can be replayed and compared later.

Replay: read the policy in force from its canonical text, with the vocabulary of the dictionary's version at
that time; read the request; decide at the time of the original; compare the records.
"""

from typing import Any

from policies.decision.decision import Decision, Obligations
from policies.decision.request import Request
from policies.model.errors import PolicyError

_TEXTS = ("member", "recipient", "purpose", "measure")


def request_record(request: Request) -> dict[str, Any]:
    """A request as JSON data."""
    return {
        "member": request.member,
        "recipient": request.recipient,
        "role": request.role,
        "purpose": request.purpose,
        "measure": request.measure,
        "levels": sorted(list(pair) for pair in request.levels),
        "ready_made": request.ready_made,
        "record_level": request.record_level,
    }


def read_request(record: Any) -> Request:
    """The request of a record. Raises PolicyError for anything that `request_record` does not write."""
    try:
        request = Request.of(
            **{name: record[name] for name in _TEXTS},
            role=record["role"],
            levels=[(dimension, level) for dimension, level in record["levels"]],
            ready_made=record["ready_made"],
            record_level=record["record_level"],
        )
        faithful = _is_text(request) and request_record(request) == record
    except (TypeError, KeyError, ValueError) as error:
        raise PolicyError("The record of a request cannot be read: a part is missing.") from error
    if not faithful:
        raise PolicyError("The record of a request cannot be read: it is not as it was written.")
    return request


def _is_text(request: Request) -> bool:
    texts = [getattr(request, name) for name in _TEXTS] + [word for pair in request.levels for word in pair]
    maybe = [request.role, request.ready_made]
    return (
        all(isinstance(text, str) for text in texts)
        and all(text is None or isinstance(text, str) for text in maybe)
        and isinstance(request.record_level, bool)
    )


def decision_record(decision: Decision) -> dict[str, Any]:
    """A decision as JSON data: for the member's own log, not for the recipient (see `Decision.disclosed`)."""
    return {
        "member": decision.member,
        "version": decision.version,
        "permit": decision.permit,
        "by": list(decision.by),
        "reasons": [{"code": str(r.code), **dict(r.details)} for r in decision.reasons],
        "disclosed": [str(reason) for reason in decision.disclosed],
        "obligations": None if decision.obligations is None else _obligations(decision.obligations),
    }


def present_record(record: dict[str, Any]) -> dict[str, Any]:
    """A logged record of a decision with the names of today: disclosed reasons were once called `told`.

    Obligations once named the contributors of regional totals, which are withdrawn.
    """
    present = {("disclosed" if name == "told" else name): value for name, value in record.items()}
    terms = present.get("obligations")
    if isinstance(terms, dict):
        present["obligations"] = {n: value for n, value in terms.items() if n != "totals_contributors"}
    return present


def _obligations(obligations: Obligations) -> dict[str, Any]:
    return {
        "approval": str(obligations.approval),
        "quotas": {str(period): limit for period, limit in sorted(obligations.quotas.items())},
        "embargo_days": obligations.embargo_days,
        "release": str(obligations.release),
        "appears": str(obligations.appears),
        "retention_days": obligations.retention_days,
        "redistribution": str(obligations.redistribution),
        "hub_cache_days": obligations.hub_cache_days,
        "legal_basis": obligations.legal_basis,
        "k": obligations.k,
        "l": obligations.l,
        "consent": obligations.consent,
    }
