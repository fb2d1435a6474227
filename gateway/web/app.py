"""Puts the pages into a hub's or a node's web application."""

from flask import Flask
from flask_limiter import Limiter
from jinja2 import StrictUndefined

from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.model import Side
from gateway.accounts.ports import Directory
from gateway.api import limits
from gateway.api.access_control import KEY as ACCOUNTS
from gateway.api.app import LIMITER
from gateway.api.browsers import KEY as PLACE
from gateway.api.browsers import Place
from gateway.web.analyst import analyst_routes as analyst
from gateway.web.auditor import auditor_routes as auditor
from gateway.web.controller import controller_routes as controller
from gateway.web.controller.register import upload_receiving
from gateway.web.entrance import account, directory, gallery, invitation
from gateway.web.shared import base, compressing, forms, kept_input, languages, rendering, sign_in_pages
from gateway.web.shared.desk import Desk

TAKES_SECRETS = (
    "web-sign-in.submit_sign_in",
    "web-invitation.check_code",
    "web-invitation.open_account",
    "web-account.renew_credentials",
)

ROUTES: dict[Side, tuple[Desk, ...]] = {
    Side.HUB: (*analyst.ROUTES, *auditor.ROUTES, account.desk, gallery.desk),
    Side.NODE: (*controller.ROUTES, *auditor.ROUTES, account.desk, gallery.desk),
}
"""The desks of each side, by the roles there."""


def install(app: Flask, entrance: Entrance, place: Place, provider: Directory | None = None) -> None:
    """Serve the pages under `place`, beside the routes that the application serves already."""
    app.extensions[base.KEY] = base.Web(entrance, provider)
    app.extensions[PLACE] = place
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    base.install(app)
    compressing.install(app)
    languages.install(app)
    rendering.install(app)
    upload_receiving.install(app)
    forms.install(app, entrance.sealer)
    for module in (base, sign_in_pages, invitation, directory, kept_input, languages):
        app.register_blueprint(module.blueprint)
    known: Accounts = app.extensions[ACCOUNTS]
    for desk in ROUTES[known.side]:
        desk.install(app)
    limiter: Limiter = app.extensions[LIMITER]
    signing = tuple(each for each in controller.TAKES_SECRETS if each in app.view_functions)
    limits.limit_forms(app, limiter, (*TAKES_SECRETS, *signing))
