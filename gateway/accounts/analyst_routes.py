"""Addresses of the analyst's desk on the hub. Each serves requesters, about their own questions only."""

from gateway.accounts.duties import Action

TWINS = "/api/v1/desk"

_PAGES = (
    "overview",
    "find",
    "ask",
    "ready-made",
    "sharing",
    "questions",
    "questions/<question_id>",
    "saved",
    "groups",
)
_FORMS = (
    "ask",
    "ready-made",
    "saved",
    "saved/<saved_id>/share",
    "saved/<saved_id>/delete",
    "groups",
    "groups/<group_id>/delete",
)
_FILES = ("questions/<question_id>/download/<form>",)


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
    return found


ANALYST_ROUTES: dict[str, Action] = _routes()
