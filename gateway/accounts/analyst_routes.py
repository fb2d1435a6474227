"""Addresses of the analyst's desk on the hub. Each serves requesters, about their own questions only."""

from gateway.accounts.duties import Action

TWINS = "/api/v1/desk"

_PAGES = (
    *("overview", "find", "ask", "ready-made", "sharing", "questions", "questions/<question_id>", "saved"),
    *("ready-made/<name>/table", "reports", "reports/<report_id>", "reports/<report_id>/texts", "groups"),
)
_FORMS = (
    *("ask", "ready-made", "saved", "saved/<saved_id>/share", "saved/<saved_id>/delete"),
    *("reports", "reports/<report_id>/texts/<section>", "reports/<report_id>/ask"),
    *("reports/<report_id>/up-to-date", "reports/<report_id>/next"),
    *("reports/<report_id>/share", "reports/<report_id>/delete"),
    *("groups", "groups/<group_id>/delete"),
)
_REPORT = "reports/<report_id>/download/<form>"
"""The only file that programs get at the twin of its address; tables they get from the API."""
_FILES = ("questions/<question_id>/download/<form>", "ready-made/<name>/download/<form>", _REPORT)


def _routes() -> dict[str, Action]:
    """Each page with its twin for programs, then the addresses of forms, then files."""
    found = {}
    for path in _PAGES:
        found[f"GET /{path}"] = Action.ASK
        found[f"GET {TWINS}/{path}.json"] = Action.ASK
    for path in _FORMS:
        found[f"POST /{path}"] = Action.ASK
    for path in _FILES:
        found[f"GET /{path}"] = Action.ASK
    found[f"GET {TWINS}/{_REPORT}"] = Action.ASK
    return found


ANALYST_ROUTES: dict[str, Action] = _routes()
