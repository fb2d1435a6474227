"""Addresses of the operator's desk on the hub: the state of the service, and nothing of what answers hold."""

from gateway.accounts.duties import Action

OPERATOR_ROUTES: dict[str, Action] = {
    "GET /service": Action.SEE_OPERATION,
    "GET /api/v1/desk/service.json": Action.SEE_OPERATION,
}
"""The page with its twin for programs."""
