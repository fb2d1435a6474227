"""Addresses of the auditor's desk, on the hub and on a node alike."""

from gateway.accounts.duties import Action

_PAGES = (
    *("overview", "entries", "entries/<int:number>", "find", "questions/<question_id>"),
    *("checkpoint", "alerts", "alert", "sample"),
)

AUDITOR_ROUTES: dict[str, Action] = {
    **{f"GET /audit/{page}": Action.AUDIT for page in _PAGES},
    **{f"GET /api/v1/desk/audit/{page}.json": Action.AUDIT for page in _PAGES},
    "POST /audit/alert": Action.EXPLAIN_ALERTS,
    "GET /audit/download/<question_id>": Action.AUDIT,
}
"""Each page with its twin for programs, and the bundle to download."""
