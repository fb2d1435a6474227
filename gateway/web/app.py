"""Puts the pages into a hub's or a node's web application."""

from flask import Flask
from flask_limiter import Limiter
from jinja2 import StrictUndefined

from gateway.accounts.context import Entrance
from gateway.accounts.ports import Directory
from gateway.api import limits
from gateway.api.app import LIMITER
from gateway.api.browsers import KEY as PLACE
from gateway.api.browsers import Place
from gateway.web import account, base, directory, forms, invitation, rendering, sign_in

TAKES_SECRETS = (
    "web-sign-in.enter",
    "web-invitation.look",
    "web-invitation.open_account",
    "web-account.renew_credentials",
)


def install(app: Flask, entrance: Entrance, place: Place, provider: Directory | None = None) -> None:
    """Serve the pages under `place`, beside what the application serves already."""
    app.extensions[base.KEY] = base.Web(entrance, provider)
    app.extensions[PLACE] = place
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    rendering.install(app)
    forms.install(app)
    for module in (base, sign_in, invitation, account, directory):
        app.register_blueprint(module.blueprint)
    limiter: Limiter = app.extensions[LIMITER]
    limits.limit_forms(app, limiter, TAKES_SECRETS)
