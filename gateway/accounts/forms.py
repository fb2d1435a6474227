"""That a form was made by us for this browser and session, and not long ago (against cross-site forgery).

A form's token is the time, authenticated under the secret of the session's cookie. Nobody who cannot read
that cookie can make one, a new session makes all former ones void, and old ones expire.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from gateway.accounts.errors import StaleFormError

LIFETIME = timedelta(hours=2)
_FORM = re.compile(r"(\d{1,12})\.([0-9a-f]{64})", re.ASCII)


def form_token(secret: str, now: datetime) -> str:
    """The token of a form that is shown now, to whoever holds the cookie with this secret."""
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
    """Where to go on after signing in: a path of ours, or `/` for anything else; nobody is led away."""
    parts = urlsplit(target)
    odd = parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//")
    if odd or "\\" in target or any(ord(c) < 0x21 or ord(c) > 0x7E for c in target):
        return "/"
    return target


def _authentication(secret: str, seconds: int) -> str:
    return hmac.new(secret.encode(), f"safelane form\n{seconds}".encode(), sha256).hexdigest()
