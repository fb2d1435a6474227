"""Forms are taken only from our own pages: every POST is checked here before any view sees it."""

from flask import Flask, Response, g, request
from markupsafe import Markup, escape

from gateway.accounts.doors import action_of_route
from gateway.accounts.errors import StaleFormError
from gateway.accounts.forms import check_form, form_token
from gateway.accounts.guarding import refused
from gateway.accounts.secrets import Kind, new_secret
from gateway.api.browsers import SESSION, VISIT, place, read_cookie, set_cookie
from gateway.api.guard import accounts

FIELD = "form"
OWN_SITES = frozenset({"same-origin", "none"})


def install(app: Flask) -> None:
    app.before_request(_check)
    app.after_request(_remember_visit)


def form_field() -> Markup:
    """The hidden field of a form: made for this session, or for this visit before anybody signs in."""
    token = form_token(_secret(), accounts().clock.now())
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, escape(token))


def is_page() -> bool:
    """Whether the request is for one of our pages, by the blueprint of its view."""
    return (request.blueprint or "").startswith("web")


def _check() -> None:
    """Raise StaleFormError, and log it, for a form of another site or session, or of too long ago."""
    if request.method != "POST" or not is_page():
        return
    try:
        _check_form()
    except StaleFormError:
        rule = request.url_rule
        action = None if rule is None else action_of_route("POST", rule.rule)
        word = "unknown" if action is None else action.value
        refused(accounts(), g.get("principal"), word, "stale-or-forged-form")
        raise


def _check_form() -> None:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site is not None and site not in OWN_SITES) or (origin is not None and origin != place().origin()):
        raise StaleFormError
    secret = _known()
    if secret is None:
        raise StaleFormError
    check_form(secret, request.form.get(FIELD, ""), accounts().clock.now())


def _known() -> str | None:
    """The secret of the session that the guard has let in; elsewhere that of the visit."""
    return read_cookie(SESSION if g.get("present") else VISIT)


def _secret() -> str:
    known = _known() or g.get("visit")
    if known is None:
        known = g.visit = new_secret(Kind.VISIT)
    return str(known)


def _remember_visit(response: Response) -> Response:
    if g.get("visit") is not None:
        set_cookie(response, VISIT, g.visit)
    return response
