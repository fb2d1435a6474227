"""A desk: pages over view models, each with a JSON twin for programs made from the same model.

A view returns plain values (a frozen dataclass or a mapping), from which the page and its twin are made, or a
response of its own, such as a redirect. `gateway.api.access_control.principal()` gives the view the
requester: a session at the page, a token at the twin. Both need a line in `gateway.accounts.access_routes`.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, jsonify, request
from werkzeug.wrappers import Response

from gateway.web.shared.base import page

TWINS = "/api/v1/desk"
PAGE_ONLY: Mapping[str, bool] = {"page_only": True}
"""Marks a field of a model that its page alone shows, such as HTML made of the other fields."""

Model = Any
"""A dataclass, a mapping, or a response; with a status: a pair of model and number."""
View = Callable[..., Model]


class Desk:
    """The pages of one subject. `name` is unique among all desks of a side."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pages = Blueprint(f"web-{name}", __name__)
        self.twins = Blueprint(f"twin-{name}", __name__, url_prefix=TWINS)

    def install(self, app: Flask) -> None:
        app.register_blueprint(self.pages)
        app.register_blueprint(self.twins)

    def page(self, rule: str, template: str, *, fragment: str | None = None) -> Callable[[View], View]:
        """Serve a view as a page at `rule`, and as JSON at the page's twin.

        The template gets the model as `model`. With `fragment`, a request of htmx gets that template alone.
        """

        def serve(view: View) -> View:
            @wraps(view)
            def as_page(**values: Any) -> Response:
                return shown(view(**values), template, fragment)

            @wraps(view)
            def as_twin(**values: Any) -> Response:
                return twin(view(**values))

            self.pages.get(rule, endpoint=view.__name__)(as_page)
            self.twins.get(twin_rule(rule), endpoint=view.__name__)(as_twin)
            return view

        return serve

    def file(self, rule: str) -> Callable[[View], View]:
        """Serve a response other than a page, such as a download, without a twin."""

        def serve(view: View) -> View:
            return self.pages.get(rule)(view)

        return serve

    def form(self, rule: str) -> Callable[[View], View]:
        """Take a form that was sent to `rule`: the view redirects, or shows the page again with `shown`."""

        def serve(view: View) -> View:
            return self.pages.post(rule)(view)

        return serve


def shown(model: Model, template: str, fragment: str | None = None) -> Response:
    """The model as a page, or as the part of a page that htmx asks for."""
    if isinstance(model, Response):
        return model
    model, status = model if isinstance(model, tuple) else (model, 200)
    part = fragment is not None and wants_part()
    response = page(fragment if part and fragment else template, status, model=model)
    if fragment is not None:
        response.headers["Vary"] = "HX-Request"
    return response


def wants_part() -> bool:
    """Whether htmx asks for a part of a page; going back in the history needs the whole page."""
    sent = request.headers
    return sent.get("HX-Request") == "true" and "HX-History-Restore-Request" not in sent


def twin(model: Model) -> Response:
    """The model for programs. Where the page leads elsewhere, the twin says where."""
    if isinstance(model, Response):
        to = model.headers.get("Location")
        return model if to is None else jsonify(see=to)
    model, status = model if isinstance(model, tuple) else (model, 200)
    response = jsonify(plain(model))
    response.status_code = status
    return response


def twin_rule(rule: str) -> str:
    """Where a page's twin is, below `TWINS`."""
    return f"{rule if rule != '/' else '/index'}.json"


def plain(value: Any) -> Any:
    """A model as JSON: words for enumerations, ISO 8601 for moments and days, lists for tuples.

    A value with named fields becomes an object, named tuples too.
    """
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if is_dataclass(value) and not isinstance(value, type):
        shown_to_programs = (field for field in fields(value) if field.metadata != PAGE_ONLY)
        return {field.name: plain(getattr(value, field.name)) for field in shown_to_programs}
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
