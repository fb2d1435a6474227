"""The secret of a personal address, taken out of the path before anything else sees the request.

`/personal/<secret>/api/...` is served as `/api/...`, with the secret as part of where the application stands
(SCRIPT_NAME of PEP 3333): whatever reports a path reports none with a secret, and links keep it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request

from audit.events.event_values import ReadThrough

PREFIX = "/personal/"
API = "/api/"
LONGEST = 100
"""Characters of a secret that is looked up; ours are shorter."""
_KEY = "safelane.personal-address"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def install(app: Flask) -> None:
    app.wsgi_app = _Separating(app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises


def shown_secret() -> str | None:
    """Return the secret of the personal address of this request; None for any other address."""
    found: str | None = request.environ.get(_KEY)
    return found


def way() -> ReadThrough:
    """Return what opened this request of a program."""
    return ReadThrough.TOKEN if shown_secret() is None else ReadThrough.ADDRESS


class _Separating:
    """Moves `/personal/<secret>` from the path to where the application stands."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            secret, _, rest = path.removeprefix(PREFIX).partition("/")
            if f"/{rest}".startswith(API):
                environ[_KEY] = secret[:LONGEST]
                environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{PREFIX}{secret}"
                environ["PATH_INFO"] = f"/{rest}"
            else:
                # Nothing is there, and the path must not be reported with the secret.
                environ["PATH_INFO"] = PREFIX
        return self._application(environ, start_response)
