"""The foundation of every page: the place of templates and style, and the context of views."""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request, url_for

from gateway.accounts.context import Entrance
from gateway.accounts.model import Account
from gateway.accounts.ports import Directory
from gateway.api.access_control import accounts
from gateway.web.shared import languages, nav, tour
from gateway.web.shared.forms import form_field

KEY = "safelane-web"
LONGEST_FIELD = 400
STATIC = Path(__file__).parents[1] / "static"
FOR_EVER = "public, max-age=31536000, immutable"

blueprint = Blueprint(
    "web",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/assets",
)


@dataclass(frozen=True)
class Badge:
    """A number beside an entry of the navigation, and what it counts in a word; 0 is not shown."""

    count: int
    word: str


@dataclass(frozen=True)
class Web:
    """`directory` is the OpenID provider for signing in, if there is one.

    `badges` counts what waits for the person or is under way, by its page of the navigation.
    """

    entrance: Entrance
    directory: Directory | None = None
    badges: Callable[[], Mapping[str, Badge]] = dict


def install(app: Flask) -> None:
    mimetypes.add_type("font/woff2", ".woff2")  # unknown to older Pythons
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["tour_at"] = tour.tour_at
    app.after_request(_keep_assets)


def web() -> Web:
    found = current_app.extensions[KEY]
    assert isinstance(found, Web)  # noqa: S101 - put there by install
    return found


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page, with the parts of all pages: place, signed-in person, desk, and the field for forms."""
    account = _account()
    text = render_template(
        template,
        place=web().entrance.place,
        account=account,
        navigation=() if account is None else nav.entries(accounts().side, account.role),
        search_address="" if account is None else nav.search(accounts().side, account.role),
        badges={} if account is None else web().badges(),
        tour=None if account is None else tour.shown(accounts().side, account.role),
        tour_offered=account is not None and tour.offered(accounts(), account),
        form_field=form_field,
        languages=languages,
        here=request.full_path.rstrip("?") if request.method == "GET" else "/",
        **values,
    )
    return make_response(text, status)


def typed(name: str) -> str:
    """A field of the form that was sent, cut to a length that no honest form reaches."""
    return request.form.get(name, "")[:LONGEST_FIELD]


def _account() -> Account | None:
    present = g.get("present")
    found = None if present is None else present.account
    assert found is None or isinstance(found, Account)  # noqa: S101 - put there by access control
    return found


def asset(name: str) -> str:
    """The address of a file of `static`, which changes with its content: browsers may keep the file for
    ever.
    """
    return url_for("web.static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _keep_assets(response: Response) -> Response:
    lasting = "v" in request.args or request.path.endswith(".woff2")  # fonts have their version in their name
    if request.endpoint == "web.static" and response.status_code == 200 and lasting:
        response.headers["Cache-Control"] = FOR_EVER
    return response
