"""Addresses of the operator's desk: the state of the service on the hub, and letting people in again."""

from gateway.accounts.duties import Action

OPERATOR_ROUTES: dict[str, Action] = {
    "GET /service": Action.SEE_OPERATION,
    "GET /api/v1/desk/service.json": Action.SEE_OPERATION,
    "GET /letting-in": Action.MANAGE_ACCOUNTS,
    "POST /letting-in": Action.MANAGE_ACCOUNTS,
    "POST /letting-in/withdraw": Action.MANAGE_ACCOUNTS,
}
"""The page with its twin for programs."""
