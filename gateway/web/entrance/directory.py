"""Signing in through a directory (OpenID Connect): redirect to the provider, and return with its answer.

The state of one sign-in travels in a sealed cookie of this browser: an answer that arrives in another
browser, a second time or too late is refused.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, json, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.accounts.duties import Action
from gateway.accounts.errors import IdentityRefusedError, InvitationError, UnknownAccountError
from gateway.accounts.forms import local_path
from gateway.accounts.invitations import accept_by_directory, read_invitation
from gateway.accounts.ports import Directory
from gateway.accounts.refusal_log import refused
from gateway.accounts.signing_in import sign_in_by_directory
from gateway.api.access_control import accounts
from gateway.api.browsers import FLOW, drop_cookie, place, read_cookie, set_cookie
from gateway.web.shared.base import page, typed, web
from gateway.web.shared.sign_in_pages import entered_at, visitor

blueprint = Blueprint("web-directory", __name__)

LIFETIME = timedelta(minutes=10)
SEALED_FOR = "way to a directory and back"
BACK = "/sign-in/directory/return"


@dataclass(frozen=True)
class _PendingSignIn:
    state: str
    nonce: str
    verifier: str
    target: str
    invitation: str
    since: int


@blueprint.post("/sign-in/directory")
def go() -> Response:
    return _go(local_path(typed("next") or "/"), "")


@blueprint.post("/invitation/directory")
def go_with_invitation() -> Response:
    code = typed("invitation")
    try:
        read_invitation(web().entrance, code)
    except InvitationError as error:
        return page("invitation.html", 403, refused=error)
    return _go("/account", code)


@blueprint.get(BACK)
def come_back() -> AnyResponse:
    try:
        return _came_back()
    except IdentityRefusedError as error:
        refused(accounts(), None, Action.ENTER.value, f"directory-{error.reason}")
        raise


@blueprint.after_request
def _once(response: Response) -> Response:
    """Whatever the outcome, the same sign-in cannot return twice."""
    if request.path == BACK:
        drop_cookie(response, FLOW)
    return response


def _came_back() -> AnyResponse:
    pending = _pending()
    query = {name: value for name, value in request.args.items() if len(value) < 4000}
    if not hmac.compare_digest(query.get("state", "").encode(), pending.state.encode()):
        raise IdentityRefusedError("state")
    redirect_uri = place().origin() + BACK
    identity = _directory().identity(query, pending.nonce, pending.verifier, redirect_uri)
    if pending.invitation:
        accept_by_directory(web().entrance, pending.invitation, identity)
    entered = sign_in_by_directory(accounts(), identity, visitor())
    return entered_at(pending.target, entered)


def _go(target: str, invitation: str) -> Response:
    """Seal the state of a sign-in, and lead on by a page: a form of ours may lead to ourselves only."""
    now = int(accounts().clock.now().timestamp())
    word = secrets.token_urlsafe
    pending = _PendingSignIn(word(24), word(24), word(48), target, invitation, now)
    address = _directory().address(pending.state, pending.nonce, pending.verifier, place().origin() + BACK)
    onward = page("onward.html", directory=_directory(), address=address)
    sealed = web().entrance.sealer.seal(json.dumps(vars(pending)), SEALED_FOR)
    set_cookie(onward, FLOW, sealed.hex(), seconds=int(LIFETIME.total_seconds()))
    return onward


def _pending() -> _PendingSignIn:
    try:
        text = web().entrance.sealer.unseal(bytes.fromhex(read_cookie(FLOW) or ""), SEALED_FOR)
    except ValueError:
        raise IdentityRefusedError("no-way") from None
    pending = _PendingSignIn(**json.loads(text))
    if accounts().clock.now() - datetime.fromtimestamp(pending.since, UTC) > LIFETIME:
        raise IdentityRefusedError("late")
    return pending


def _directory() -> Directory:
    found = web().directory
    if found is None:
        raise UnknownAccountError("No directory is connected here.", remedy="Sign in with a passphrase.")
    return found
