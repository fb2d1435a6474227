"""Signing in and out."""

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from audit.events.account_events import SessionEnd
from gateway.accounts.errors import NotAuthenticatedError, PasskeyRefusedError, SignInRefusedError
from gateway.accounts.forms import local_path
from gateway.accounts.passkeys import passkey_sign_in
from gateway.accounts.renewal.two_operators import request_about
from gateway.accounts.sessions import Present, end, present
from gateway.accounts.signing_in import Attempt, SignInResult, Visitor, sign_in
from gateway.api.access_control import accounts, signed_in
from gateway.api.browsers import (
    BROWSER,
    BROWSER_SECONDS,
    SESSION,
    VISIT,
    address,
    drop_cookie,
    read_cookie,
    set_cookie,
)
from gateway.web.shared import nav
from gateway.web.shared.base import page, typed, web
from gateway.web.shared.browser_names import agent
from gateway.web.shared.kept_input import KEPT, give_back, unseal
from gateway.web.shared.passkey_place import asked, needed_party, page_with_passkeys, relying_party

blueprint = Blueprint("web-sign-in", __name__)


@blueprint.get("/")
def home() -> AnyResponse:
    """A signed-in person goes to the desk; others are asked to sign in."""
    who = _former()
    if who is None:
        return redirect("/sign-in", 303)
    return redirect(nav.start(accounts().side, who.account.role), 303)


@blueprint.get("/sign-in")
def show() -> Response:
    return sign_in_page(request.args.get("next", "/"), again="again" in request.args)


@blueprint.post("/sign-in")
def submit_sign_in() -> AnyResponse:
    attempt = Attempt(
        **vars(visitor()), name=typed("name"), passphrase=typed("passphrase"), code=typed("code")
    )
    try:
        entered = sign_in(web().entrance, attempt)
    except SignInRefusedError as error:
        return refused_sign_in(error)
    return entered_from_form(entered)


@blueprint.get("/sign-in/passkey/challenge")
def challenge() -> Response:
    """What the script of the page asks the browser for a passkey with; nothing is kept of it."""
    options, sealed = passkey_sign_in.asked_options(web().entrance, needed_party())
    return asked(options, sealed)


@blueprint.post("/sign-in/passkey")
def submit_passkey() -> AnyResponse:
    attempt = passkey_sign_in.PasskeyAttempt(
        **vars(visitor()), response=request.form.get("response", ""), challenge=typed("challenge")
    )
    try:
        entered = passkey_sign_in.sign_in_by_passkey(web().entrance, needed_party(), attempt)
    except PasskeyRefusedError as error:
        return refused_sign_in(error)
    return entered_from_form(entered)


def visitor() -> Visitor:
    """Where the request comes from, for signing in."""
    return Visitor(address(), read_cookie(BROWSER), agent(request.headers.get("User-Agent", "")))


def refused_sign_in(error: SignInRefusedError | PasskeyRefusedError) -> Response:
    """The sign-in form again, with what it was to lead to."""
    target, kept = local_path(request.form.get("next", "/")), request.form.get(KEPT, "")
    return sign_in_page(target, refused=error, kept=kept, status=401)


def entered_from_form(entered: SignInResult) -> AnyResponse:
    """Go where the sign-in form was to lead: to a page, or to the person's former input."""
    form = unseal(request.form.get(KEPT, ""))
    if form is None:
        return entered_at(local_path(request.form.get("next", "/")), entered)
    end_former()
    g.begun = entered.session  # the form given back is made for this session
    found = give_back(form, present(accounts(), entered.session))
    return entered_at("/", entered) if found is None else _with_session(found, entered)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    who = signed_in()
    end(accounts(), who.account.name, who.account.name, [who.session.id], SessionEnd.SIGNED_OUT)
    response = redirect("/sign-in", 303)
    drop_cookie(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def entered_at(target: str, entered: SignInResult) -> AnyResponse:
    """Go to one of our pages with a new session; the browser's former session, if any, ends.

    Where an operator has asked that new means replace the person's, the page of the account says so first.
    """
    end_former()
    with accounts().store.reading() as view:
        asked_for = request_about(view.people, entered.account.name, accounts().clock.now())
    return _with_session(redirect(target if asked_for is None else "/account", 303), entered)


def _with_session(response: AnyResponse, entered: SignInResult) -> AnyResponse:
    set_cookie(response, SESSION, entered.session)
    if entered.browser is not None:
        set_cookie(response, BROWSER, entered.browser, seconds=BROWSER_SECONDS)
    drop_cookie(response, VISIT)
    return response


def end_former() -> None:
    """End the session of the request's browser."""
    former = _former()
    if former is not None:
        name = former.account.name
        end(accounts(), name, name, [former.session.id], SessionEnd.SIGNED_OUT)


def _former() -> Present | None:
    """The person signed in in this browser, for endpoints that are open to everybody."""
    secret = read_cookie(SESSION)
    if secret is None:
        return None
    try:
        return present(accounts(), secret)
    except NotAuthenticatedError:
        return None


def sign_in_page(
    target: str,
    *,
    again: bool = False,
    refused: SignInRefusedError | PasskeyRefusedError | None = None,
    kept: str = "",
    status: int = 200,
) -> Response:
    """The sign-in form. `kept` is the person's former input, sealed, to be given back afterwards."""
    return page(
        "sign-in.html",
        status,
        target=local_path(target),
        again=again,
        refused=refused,
        directory=web().directory,
        passkeys=relying_party() is not None,
        passkeys_at=page_with_passkeys(),
        kept=kept,
    )
