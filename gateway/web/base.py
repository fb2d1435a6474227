"""What every page stands on: where the templates and the style are, and what the views work with."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request

from gateway.accounts.context import Entrance
from gateway.accounts.ports import Directory
from gateway.web.forms import form_field

KEY = "safelane-web"
LONGEST_FIELD = 400

blueprint = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
)


@dataclass(frozen=True)
class Web:
    """`directory` is the OpenID provider that people may sign in at, if there is one."""

    entrance: Entrance
    directory: Directory | None = None


def web() -> Web:
    found = current_app.extensions[KEY]
    assert isinstance(found, Web)  # noqa: S101 - put there by install
    return found


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page, with what all pages show: the place, who is signed in, and the field that guards forms."""
    present = g.get("present")
    text = render_template(
        template,
        place=web().entrance.place,
        account=None if present is None else present.account,
        form_field=form_field,
        **values,
    )
    return make_response(text, status)


def typed(name: str) -> str:
    """A field of the form that was sent, cut to a length that no honest one has."""
    return request.form.get(name, "")[:LONGEST_FIELD]
