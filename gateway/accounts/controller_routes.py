"""Addresses of the controller's desk. Reading is one duty; changing anything is ruling or loading."""

from gateway.accounts.duties import Action

DESK = "/controller"
TWINS = "/api/v1/desk"

_READ = (
    "overview",
    *("approvals", "approvals/<question_id>"),
    *("approvals/<question_id>/approve", "approvals/<question_id>/refuse"),
    *("sharing", "sharing/questions/<name>"),
    *("asked", "asked/<question_id>"),
    *("policy", "policy/edit", "policy/publish", "policy/review", "policy/revoke"),
    "policy/versions/<int:version>",
    *("loads", "loads/rejected", "loads/upload", "loads/upload/<upload_id>", "health"),
    "figures",
    *("work/<job_id>", "work/<job_id>/questions/<name>"),
)
_RULE = (
    *("approvals/<question_id>/approve", "approvals/<question_id>/refuse"),
    *("policy/edit", "policy/discard", "policy/preview", "policy/publish", "policy/review", "policy/revoke"),
    *("policy/versions/<int:version>/return", "policy/protect"),
    *("work/<job_id>/cancel", "health", "figures", "figures/<int:entry>/withdraw"),
)
_AT_DESK = ("loads/upload/<upload_id>/columns", "loads/upload/<upload_id>/words")
"""Pages that show words of the register: for whoever loads it, and for no program."""
_LOAD = ("loads", "loads/upload", "loads/upload/<upload_id>", *_AT_DESK)


def _routes() -> dict[str, Action]:
    """Each page with its twin for programs, then the addresses of forms."""
    found = {}
    for path in _READ:
        found[f"GET {DESK}/{path}"] = Action.SEE_SHARING
        found[f"GET {TWINS}{DESK}/{path}.json"] = Action.SEE_SHARING
    for path in _AT_DESK:
        found[f"GET {DESK}/{path}"] = Action.LOAD
    for path in _RULE:
        found[f"POST {DESK}/{path}"] = Action.RULE
    for path in _LOAD:
        found[f"POST {DESK}/{path}"] = Action.LOAD
    return found


CONTROLLER_ROUTES: dict[str, Action] = _routes()
