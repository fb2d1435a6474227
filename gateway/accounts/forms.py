"""Tokens of forms against cross-site request forgery: the form was made here, for this session, and recently.

A form's token is the time, authenticated under the secret of the session's cookie. Only a reader of the
cookie can make a token, a new session invalidates all former tokens, and old tokens expire.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gateway.accounts.errors import StaleFormError

LIFETIME = timedelta(hours=2)
_FORM = re.compile(r"(\d{1,12})\.([0-9a-f]{64})", re.ASCII)


def form_token(secret: str, now: datetime) -> str:
    """Return the token of a form that is shown now to the holder of the cookie with this secret."""
    seconds = int(now.timestamp())
    return f"{seconds}.{_authentication(secret, seconds)}"


def check_form(secret: str, token: str, now: datetime) -> None:
    """Raise StaleFormError unless the token was made under this secret within the last two hours."""
    found = _FORM.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _authentication(secret, int(found[1]))):
        raise StaleFormError
    age = now - datetime.fromtimestamp(int(found[1]), UTC)
    if not timedelta(0) <= age + timedelta(seconds=1) <= LIFETIME:
        raise StaleFormError


def local_path(target: str) -> str:
    """Return the path to open after signing in: a local path as given, or `/` for any other target."""
    # Not taken apart, which some targets (`//[`) withstand: a path has one slash in front, and a host two.
    odd = not target.startswith("/") or target.startswith("//")
    if odd or "\\" in target or any(ord(c) < 0x21 or ord(c) > 0x7E for c in target):
        return "/"
    return target


def _authentication(secret: str, seconds: int) -> str:
    return hmac.new(secret.encode(), f"safelane form\n{seconds}".encode(), sha256).hexdigest()
