"""Signing in and out."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from audit.account_events import SessionEnd
from gateway.accounts.errors import NotAuthenticatedError, SignInRefusedError
from gateway.accounts.forms import local_path
from gateway.accounts.sessions import end, present
from gateway.accounts.signing_in import Attempt, Entered, sign_in
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
from gateway.api.guard import accounts, signed_in
from gateway.web.agents import agent
from gateway.web.base import page, typed, web

blueprint = Blueprint("web-sign-in", __name__)


@blueprint.get("/")
def home() -> AnyResponse:
    """Whoever is signed in has a page; the others are asked to sign in there."""
    return redirect("/account", 303)


@blueprint.get("/sign-in")
def show() -> Response:
    return _form(request.args.get("next", "/"), again="again" in request.args)


@blueprint.post("/sign-in")
def enter() -> AnyResponse:
    attempt = Attempt(
        name=typed("name"),
        passphrase=typed("passphrase"),
        code=typed("code"),
        address=address(),
        browser=read_cookie(BROWSER),
        agent=agent(request.headers.get("User-Agent", "")),
    )
    target = local_path(request.form.get("next", "/"))
    try:
        entered = sign_in(web().entrance, attempt)
    except SignInRefusedError as error:
        return _form(target, refused=error, status=401)
    return entered_at(target, entered)


@blueprint.post("/sign-out")
def leave() -> AnyResponse:
    who = signed_in()
    end(accounts(), who.account.name, who.account.name, [who.session.id], SessionEnd.SIGNED_OUT)
    response = redirect("/sign-in", 303)
    drop_cookie(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def entered_at(target: str, entered: Entered) -> AnyResponse:
    """On to a page of ours with a new session; the one that the browser had before, if any, ends."""
    end_former()
    response = redirect(target, 303)
    set_cookie(response, SESSION, entered.session)
    if entered.browser is not None:
        set_cookie(response, BROWSER, entered.browser, seconds=BROWSER_SECONDS)
    drop_cookie(response, VISIT)
    return response


def end_former() -> None:
    """End the session that the browser came with."""
    secret = read_cookie(SESSION)
    if secret is None:
        return
    try:
        former = present(accounts(), secret)
    except NotAuthenticatedError:
        return
    name = former.account.name
    end(accounts(), name, name, [former.session.id], SessionEnd.SIGNED_OUT)


def _form(
    target: str, *, again: bool = False, refused: SignInRefusedError | None = None, status: int = 200
) -> Response:
    return page(
        "sign-in.html",
        status,
        target=local_path(target),
        again=again,
        refused=refused,
        directory=web().directory,
    )
