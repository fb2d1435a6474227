"""A request's access to the use cases, which bootstrap has put into the application."""

from flask import current_app

from gateway.auditing.audited_log import AuditedLog
from gateway.hub.context import Hub

KEY = "safelane-hub"
AUDITED = "safelane-audited"
NODE = "safelane-node"


def hub() -> Hub:
    found = current_app.extensions[KEY]
    assert isinstance(found, Hub)  # noqa: S101 - put there by create_hub_app
    return found


def audited() -> AuditedLog:
    """Return the log of the hub or node, for auditors."""
    found = current_app.extensions[AUDITED]
    assert isinstance(found, AuditedLog)  # noqa: S101 - put there when the application was made
    return found
