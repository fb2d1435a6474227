"""Refusals that were counted and wait for room in the log, in a file beside the database: a kill keeps them.

The file is written at most once a minute, and only when something waits: it costs nothing. A kill loses the
numbers of the last minute.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from gateway.accounts.model import Principal, Role
from gateway.accounts.refusals import RefusedAttempt

FILE: Final = "refusals.new"
"""The ending keeps it out of backups."""

Counted = Sequence[tuple[RefusedAttempt, int]]


def save(directory: Path, counted: Counted) -> None:
    """Write what waits, over what was there; without any, no file is left. Raises OSError."""
    path = directory / FILE
    if not counted:
        path.unlink(missing_ok=True)
        return
    lines = [json.dumps(_as_json(attempt, times)) for attempt, times in counted]
    partial = path.with_name(f".{path.name}")
    partial.touch(mode=0o600)
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(path)


def load(directory: Path) -> Counted:
    """Return what waited when the last process was killed; nothing of a file that cannot be read."""
    try:
        lines = (directory / FILE).read_text(encoding="utf-8").splitlines()
        return [_from_json(json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _as_json(attempt: RefusedAttempt, times: int) -> dict[str, Any]:
    who = attempt.principal
    named = who and [who.user, who.organisation, who.role.value, sorted(who.purposes), who.owner]
    return {
        "who": named,
        "action": attempt.action,
        "reason": attempt.reason,
        "signing_in": attempt.signing_in,
        "times": times,
    }


def _from_json(value: dict[str, Any]) -> tuple[RefusedAttempt, int]:
    who = None
    if value["who"] is not None:
        user, organisation, role, purposes, owner = value["who"]
        who = Principal(user, organisation, Role(role), frozenset(purposes), owner)
    attempt = RefusedAttempt(who, str(value["action"]), str(value["reason"]), bool(value["signing_in"]))
    return attempt, int(value["times"])
