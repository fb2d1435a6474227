"""Forms are taken only from our own pages: every POST is checked here before any view runs.

Each form also names its owner, sealed: the owner's input is then not lost when the session has ended
meanwhile (`gateway.web.shared.kept_input`). A form about something that others may change carries a version,
and is not taken for another version.
"""

import hmac
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup, escape

from gateway.accounts.access_routes import action_of_route
from gateway.accounts.errors import AccountError, StaleFormError
from gateway.accounts.forms import check_form, form_token
from gateway.accounts.ports import Sealer
from gateway.accounts.refusal_log import refused
from gateway.accounts.secrets import Kind, new_secret
from gateway.api.access_control import accounts
from gateway.api.browsers import SESSION, VISIT, place, read_cookie, set_cookie
from gateway.api.storable import check_fields

FIELD = "form"
OWNER = "form_of"
VERSION = "form_version"
"""Fields of the form itself, which nobody has typed."""

SEALER = "safelane-form-sealer"
SEALED_FOR = "owner of a form"
OWN_SITES = frozenset({"same-origin", "none"})
CARRIES_ITS_OWN_PROOF = frozenset({"web-kept-input.resume"})
"""Forms whose sealed content proves more than a token would."""


@dataclass(frozen=True)
class Now:
    """The current subject of a form: its version, in words or as text, and its page."""

    version: str
    text: str
    page: str


class ChangedMeanwhileError(AccountError):
    """Another person has changed the subject of a form."""

    def __init__(self, now: Now) -> None:
        super().__init__(
            "Somebody else has changed this since you opened the page.",
            remedy="Compare what is there now with what you typed, then decide.",
        )
        self.now = now


def install(app: Flask, sealer: Sealer) -> None:
    app.extensions[SEALER] = sealer
    app.before_request(_check)
    app.after_request(_remember_visit)


def form_field(version: str | None = None) -> Markup:
    """The hidden fields of a form: made for this session, or for this visit before signing in.

    `version` is the version of the subject that the form changes: see `require_version`.
    """
    present = g.get("present")
    token = form_token(_secret(), accounts().clock.now())
    fields = hidden(FIELD, token)
    if present is not None:
        fields += hidden(OWNER, sealer().seal(present.account.name, SEALED_FOR).hex())
    return fields if version is None else fields + hidden(VERSION, version)


def hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(escape(name), escape(value))


def require_version(now: Now) -> None:
    """Raise ChangedMeanwhileError unless the form was made for the current version."""
    made_for = request.form.get(VERSION, "")
    if not hmac.compare_digest(made_for.encode(), now.version.encode()):
        raise ChangedMeanwhileError(now)


def owner() -> str | None:
    """The owner of the form that was sent; None for a form without proof of its owner."""
    try:
        return sealer().unseal(bytes.fromhex(request.form.get(OWNER, "")), SEALED_FOR)
    except ValueError:
        return None


def sealer() -> Sealer:
    found: Sealer = current_app.extensions[SEALER]
    return found


def is_page() -> bool:
    """Whether the request is for one of our pages, by the blueprint of its view."""
    return (request.blueprint or "").startswith("web")


def from_here() -> bool:
    """Whether the browser says that the form came from our pages, or says nothing about the origin."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return (site is None or site in OWN_SITES) and (origin is None or origin == place().origin())


def _check() -> None:
    """Raise StaleFormError, and log the refusal, for a form of another site or session, or too old."""
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
    if not from_here():
        raise StaleFormError
    if request.endpoint in CARRIES_ITS_OWN_PROOF:
        return
    secret = _known()
    if secret is None:
        raise StaleFormError
    check_form(secret, request.form.get(FIELD, ""), accounts().clock.now())
    check_fields(request.form.items(multi=True))
    check_fields((name, file.filename or "") for name, file in request.files.items(multi=True))


def _known() -> str | None:
    """The secret of an accepted session; elsewhere the secret of the visit."""
    return read_cookie(SESSION if g.get("present") else VISIT)


def _secret() -> str:
    """The secret of form tokens: of a session just begun, of the request's session, or of the visit."""
    known = g.get("begun") or _known() or g.get("visit")
    if known is None:
        known = g.visit = new_secret(Kind.VISIT)
    return str(known)


def _remember_visit(response: Response) -> Response:
    if g.get("visit") is not None:
        set_cookie(response, VISIT, g.visit)
    return response
