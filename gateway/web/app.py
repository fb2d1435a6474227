"""Puts the pages into a hub's or a node's web application."""

from datetime import UTC, tzinfo

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
from gateway.web.auditor import auditor_routes as auditor
from gateway.web.entrance import account, directory, gallery, glossary_page, invitation, tour_page
from gateway.web.shared import base, compressing, forms, kept_input, languages, rendering, sign_in_pages
from gateway.web.shared.desk import Desk

TAKES_SECRETS = (
    "web-sign-in.submit_sign_in",
    "web-sign-in.submit_passkey",
    "web-invitation.check_code",
    "web-invitation.open_account",
    "web-account.renew_credentials",
    "web-account.new_passkey",
    "web-directory.go",
    "web-directory.go_with_invitation",
)
SIGNS = (
    "web-controller-approvals.approve",
    "web-controller-approvals.refuse",
    "web-controller-policy.publish_draft",
    "web-controller-policy.review_draft",
    "web-controller-policy.revoke_policy",
)
"""The controller's forms that take a passphrase."""

OF_ALL = (account.desk, tour_page.desk, glossary_page.desk, gallery.desk)
"""Desks of every role."""


def routes(side: Side) -> tuple[Desk, ...]:
    """Return the desks of a side, by the roles there."""
    # A hub has no controllers and a node no analysts: neither waits for the other's pages to be imported.
    if side is Side.HUB:
        from gateway.web.analyst import analyst_routes as analyst  # noqa: PLC0415
        from gateway.web.operator import operator_routes as operator  # noqa: PLC0415

        return (*analyst.ROUTES, *auditor.ROUTES, *operator.ROUTES, *OF_ALL)
    from gateway.web.controller import controller_routes as controller  # noqa: PLC0415
    from gateway.web.operator import letting_in_page, node_service_page  # noqa: PLC0415

    desks = (node_service_page.desk, letting_in_page.desk)
    return (*controller.ROUTES, *auditor.ROUTES, *desks, *OF_ALL)


def install(
    app: Flask, entrance: Entrance, place: Place, provider: Directory | None = None, *, zone: tzinfo = UTC
) -> None:
    """Serve the pages under `place`, beside the routes that the application serves already.

    `zone`: the office's time zone, in which pages show moments.
    """
    app.extensions[languages.ZONE] = zone
    app.extensions[base.KEY] = base.Web(entrance, provider)
    app.extensions[PLACE] = place
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    base.install(app)
    compressing.install(app)
    languages.install(app)
    rendering.install(app)
    known: Accounts = app.extensions[ACCOUNTS]
    if known.side is Side.NODE:
        # As in `routes`: registers are loaded at a node.
        from gateway.web.controller.common.badges import badges  # noqa: PLC0415
        from gateway.web.controller.register import upload_receiving  # noqa: PLC0415

        app.extensions[base.KEY] = base.Web(entrance, provider, badges)
        upload_receiving.install(app)
    forms.install(app, entrance.sealer)
    for module in (base, sign_in_pages, invitation, directory, kept_input, languages):
        app.register_blueprint(module.blueprint)
    for desk in routes(known.side):
        desk.install(app)
    limiter: Limiter = app.extensions[LIMITER]
    signing = SIGNS if known.side is Side.NODE else ()
    limits.limit_forms(app, limiter, (*TAKES_SECRETS, *signing))
