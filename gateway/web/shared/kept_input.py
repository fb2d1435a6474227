"""Keep a person's input when the session has ended meanwhile, or the form has become too old.

The input travels sealed in the sign-in form itself, never in an address, and is not stored on our side. Only
the owner gets the input back, after signing in, and sends the form by another click. Secrets are not kept.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, g, json, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from gateway.accounts.forms import local_path
from gateway.accounts.sessions import Present
from gateway.api.access_control import accounts, signed_in
from gateway.web.shared.base import page
from gateway.web.shared.forms import (
    FIELD,
    OWNER,
    VERSION,
    ChangedMeanwhileError,
    form_field,
    from_here,
    hidden,
    owner,
    sealer,
)

KEPT = "kept"
LONGEST = 200_000
"""Characters of a form that are kept."""
LIFETIME = timedelta(hours=12)
SEALED_FOR = "what was typed"
SECRETS = frozenset({"passphrase", "passphrase_again", "current", "code", "generator", "invitation", KEPT})
UPLOADS = ("web-controller-loads.take_upload",)
NEVER_KEPT = (
    *("web-sign-in.", "web-invitation.", "web-account.", "web-directory.", "web-kept-input."),
    *UPLOADS,
)
"""Beginnings of endpoints whose forms hold secrets, or nothing worth keeping."""

blueprint = Blueprint("web-kept-input", __name__)


@dataclass(frozen=True)
class Typed:
    """A form as sent: its address, its owner, and the names and values of its fields."""

    owner: str
    path: str
    fields: tuple[tuple[str, str], ...]

    def again(self, version: str | None = None) -> Markup:
        """The fields as hidden fields of a new form, with another version of its subject if given."""
        fields = [(name, value) for name, value in self.fields if version is None or name != VERSION]
        return form_field(version) + Markup("").join(hidden(name, value) for name, value in fields)


def typed_form() -> Typed | None:
    """The form that was sent, as far as its input may be kept; None where nothing may be kept."""
    if (request.endpoint or "").startswith(NEVER_KEPT) or unread():
        return None
    by = owner()
    if by is None or not from_here():
        return None
    fields = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in SECRETS | {FIELD, OWNER} and not name.endswith("_secret")
    )
    if not fields or sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    return Typed(by, local_path(request.full_path.rstrip("?")), fields)


def unread() -> bool:
    """Whether the body is left unread: an upload, or a stranger's body larger than any form."""
    return request.endpoint in UPLOADS or (request.content_length or 0) > (request.max_content_length or 0)


def seal(form: Typed) -> str:
    """The form for a hidden field, readable by nobody but us."""
    now = int(accounts().clock.now().timestamp())
    text = json.dumps([form.owner, form.path, form.fields, now])
    packed = b64encode(zlib.compress(text.encode())).decode("ascii")
    return b64encode(sealer().seal(packed, SEALED_FOR)).decode("ascii")


def unseal(kept: str) -> Typed | None:
    """The form again; None for anything that was not sealed here in the last hours."""
    try:
        packed = sealer().unseal(b64decode(kept, validate=True), SEALED_FOR)
        by, path, fields, since = json.loads(zlib.decompress(b64decode(packed)))
    except ValueError:
        return None
    if accounts().clock.now() - datetime.fromtimestamp(since, UTC) > LIFETIME:
        return None
    return Typed(by, path, tuple((name, value) for name, value in fields))


def give_back(form: Typed, who: Present, status: int = 200) -> Response | None:
    """The page that shows the kept input and sends the form again; None for another person."""
    if who.account.name != form.owner:
        return None
    g.present = who
    return page("kept.html", status, form=form, shown=_shown(form.fields))


def changed(error: ChangedMeanwhileError) -> Response:
    """The current state beside the person's input: nothing was changed."""
    form = typed_form()
    shown = () if form is None else _shown(form.fields)
    return page("changed.html", 409, now=error.now, form=form, shown=shown, error=error)


@blueprint.post("/kept")
def resume() -> Response:
    """Resume a form after a person has signed in elsewhere in this browser."""
    form = unseal(request.form.get(KEPT, ""))
    found = None if form is None else give_back(form, signed_in())
    return page("nothing-kept.html", 404) if found is None else found


def _shown(fields: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """A person's input by field: several values of one field together."""
    shown: dict[str, list[str]] = {}
    for name, value in fields:
        if value.strip() and name != VERSION:
            shown.setdefault(name.replace("_", " "), []).append(value)
    return shown
