"""Access control at every address: the caller is looked up in the table of duties before any view runs.

An address without a line in `gateway.accounts.access_routes` is refused to everybody. Programs show a token
(RFC 6750), browsers the cookie of a session; neither is accepted in place of the other, so that no foreign
page can use a browser's automatic cookie against the API.
"""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import MethodNotAllowed, TooManyRequests

from gateway.accounts.access_routes import action_of_route, is_read_by_address
from gateway.accounts.addresses import reader, reads
from gateway.accounts.context import Accounts
from gateway.accounts.duties import DUTIES, Action, Who
from gateway.accounts.errors import NotAuthenticatedError, NotPermittedError, UnknownAddressError
from gateway.accounts.model import Principal
from gateway.accounts.refusal_log import admit, refused
from gateway.accounts.sessions import Present, present
from gateway.accounts.tokens import Caller, caller
from gateway.api.browsers import SESSION, address, read_cookie
from gateway.api.personal_addresses.address_secrets import shown_secret
from gateway.api.wrong_tokens import WrongTokens
from gateway.hub.errors import UnknownQuestionError

KEY = "safelane-accounts"
WRONG_TOKENS = "safelane-wrong-tokens"
API = "/api/"

log = structlog.get_logger()


def install(app: Flask, accounts: Accounts, wrong_tokens: WrongTokens) -> None:
    app.extensions[KEY] = accounts
    app.extensions[WRONG_TOKENS] = wrong_tokens
    app.before_request(_authorise)
    app.after_request(_log_what_is_not_there)


def accounts() -> Accounts:
    found = current_app.extensions[KEY]
    assert isinstance(found, Accounts)  # noqa: S101 - put there by install
    return found


def principal() -> Principal:
    """Return the caller, after access control has admitted the request."""
    found = g.principal
    assert isinstance(found, Principal)  # noqa: S101 - put there by access control
    return found


def signed_in() -> Present:
    """Return the session of a browser's request, after access control has admitted the request."""
    found = g.present
    assert isinstance(found, Present)  # noqa: S101 - put there by access control
    return found


def _authorise() -> None:
    if request.url_rule is None:
        return  # there is nothing at this address: the answer is 404 or 405 for everybody
    action = action_of_route(request.method, request.url_rule.rule)
    if action is None and request.method == "OPTIONS":
        raise MethodNotAllowed
    if action is None:
        log.error("no line in the table of duties", rule=request.url_rule.rule, method=request.method)
        raise NotPermittedError("Nobody does this.", remedy="Tell the operator.")
    allowed = DUTIES[action].who(accounts().side)
    by_address = shown_secret() is not None
    if not by_address and (Who.ANYBODY in allowed or Who.MEMBER_NODE in allowed):
        return  # a member's node proves who it is by the signature of its call, at the view
    if (secret := shown_secret()) is not None:
        _reader(action, secret, request.url_rule.rule)
    elif request.path.startswith(API):
        _program(action)
    else:
        _browser(action)


def _log_what_is_not_there(response: Response) -> Response:
    """Log a known caller's request for a missing resource: somebody may be trying what belongs to others."""
    known, rule = g.get("principal"), request.url_rule
    if response.status_code == HTTPStatus.NOT_FOUND and known is not None and rule is not None:
        action = action_of_route(request.method, rule.rule)
        refused(accounts(), known, "unknown" if action is None else action.value, "not-there-or-not-own")
    return response


def _program(action: Action) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticatedError(
            "This address needs a token.", remedy="Send the header 'Authorization: Bearer <your token>'."
        )
    found = _known(token.strip(), action, caller, "unknown-token")
    admit(accounts(), found.principal, action, found.token.scopes)
    g.principal = found.principal


def _reader(action: Action, secret: str, rule: str) -> None:
    """Admit the owner of a personal address as far as it reads, by the duty that the owner has now.

    Whatever it does not open looks like nothing. Raises UnknownAddressError or UnknownQuestionError.
    """
    found = _known(secret, action, reader, "unknown-address")
    g.principal = found.principal
    asked_for = (request.view_args or {}).get("question_id")
    if not is_read_by_address(request.method, rule) or not reads(found.token, asked_for):
        raise UnknownQuestionError(
            "This personal address does not open that.",
            remedy="Its owner sees on the account's page what it reads.",
        )
    admit(accounts(), found.principal, action)


def _known(secret: str, action: Action, find: Callable[[Accounts, str], Caller], reason: str) -> Caller:
    """Return whose secret this is; wrong ones are counted by the address that shows them, and logged."""
    counted: WrongTokens = current_app.extensions[WRONG_TOKENS]
    if counted.are_too_many(address(), secret):
        raise TooManyRequests("Too many wrong tokens came from your address. Wait a minute.")
    try:
        found = find(accounts(), secret)
    except (NotAuthenticatedError, UnknownAddressError):
        counted.wrong(address())
        refused(accounts(), None, action.value, reason)
        raise
    counted.right(secret)
    return found


def _browser(action: Action) -> None:
    secret = read_cookie(SESSION)
    if secret is None:
        raise NotAuthenticatedError("You are not signed in.", remedy="Sign in.")
    try:
        found = present(accounts(), secret)
    except NotAuthenticatedError:
        refused(accounts(), None, action.value, "unknown-session")
        raise
    g.present = found  # also a refusal is shown to whoever is signed in, on the own desk
    admit(accounts(), found.account.principal, action)
    g.principal = found.account.principal
