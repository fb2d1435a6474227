"""The page on which two operators, one after the other, let somebody in again who has lost all means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from gateway.accounts.errors import AccountError, NotAuthenticatedError
from gateway.accounts.model import Account
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.renewal.two_operators import (
    ask_or_confirm,
    renewable,
    waiting,
    withdraw_request,
)
from gateway.accounts.sessions import require_fresh
from gateway.api.access_control import accounts, signed_in
from gateway.web.shared.base import page, typed, web
from gateway.web.shared.desk import Desk

PAGE = "/letting-in"
TEMPLATE = "operator/letting-in.html"
desk = Desk("operator-letting-in")
R = TypeVar("R")


@dataclass(frozen=True)
class Waiting:
    """A request that waits. `own`: the reader asked; `about_me`: the reader is the person."""

    name: str
    by: str
    until: datetime
    own: bool
    about_me: bool


@desk.pages.get(PAGE)  # no token lets anybody in: no twin
def letting_in() -> Response:
    return _page()


@desk.form(PAGE)
def submit_renewal() -> Response:
    """Ask for a renewal, or confirm the request of another operator; each needs a recent sign-in."""
    require_fresh(accounts(), signed_in())
    name, confirms = typed("name").strip().lower(), bool(typed("confirms"))
    entrance = web().entrance
    try:
        half = _by_operator(
            lambda work, operator: ask_or_confirm(entrance, work, operator, name, may_ask=not confirms)
        )
    except AccountError as error:
        return _page(refused=error)
    return page("operator/renewal-code.html", name=name, half=half)


@desk.form(f"{PAGE}/withdraw")
def withdraw_renewal() -> AnyResponse:
    require_fresh(accounts(), signed_in())
    entrance, name = web().entrance, typed("name")
    try:
        _by_operator(lambda work, operator: withdraw_request(entrance, work, operator, name))
    except AccountError as error:
        return _page(refused=error)
    return redirect(PAGE, 303)


def _by_operator(act: Callable[[UnitOfWork, Account], tuple[int, R]]) -> R:
    """Do an act of the signed-in person, with the duty that the account has at this moment."""
    with accounts().store.writing() as work:
        operator = work.people.account(signed_in().account.name)
        if operator is None or operator.closed is not None:
            raise NotAuthenticatedError("Your account was closed meanwhile.", remedy="Ask another operator.")
        return act(work, operator)[1]


def _page(refused: AccountError | None = None) -> Response:
    me, now = signed_in().account.name, accounts().clock.now()
    with accounts().store.reading() as view:
        requests, people = waiting(view.people, now), renewable(view.people)
    asked = {each.account for each in requests}
    return page(
        TEMPLATE,
        200 if refused is None else 422,
        refused=refused,
        waiting=[
            Waiting(each.account, each.by, each.until, each.by == me, each.account == me) for each in requests
        ],
        people=[each for each in people if each.name not in asked | {me}],
    )
