"""Cookies of browsers, the address of the pages, and the address of a browser.

With `public_url` in the settings, people come over TLS, which ends here or at a proxy: cookies then have
the prefix `__Host-` and are only sent over TLS, and a proxy reports the caller's address. Without it, pages
are for a browser on this very machine, and nobody else is served any.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.wrappers import Response

from gateway.http.proxies import ON_THIS_MACHINE, Proxies

KEY = "safelane-place"

SESSION = "safelane-session"
BROWSER = "safelane-browser"
VISIT = "safelane-visit"
FLOW = "safelane-directory"

BROWSER_SECONDS = 180 * 24 * 3600
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Place:
    """The address of the pages: `https://...`, or empty for a browser on this machine.

    `proxies` are the machines whose word about a caller's address counts.
    """

    public_url: str = ""
    proxies: Proxies = ON_THIS_MACHINE

    @property
    def secure(self) -> bool:
        try:
            return self.public_url.startswith("https://") and bool(urlsplit(self.public_url).hostname)
        except ValueError:  # such as a bracket without its other half
            return False

    def serves(self, host: str) -> bool:
        """Return whether a page is served under this Host header.

        Any other header is an attack or a mistake.
        """
        if self.public_url:
            return host == urlsplit(self.public_url).netloc
        return host.rpartition(":")[0] in LOOPBACK_NAMES or host in LOOPBACK_NAMES

    def origin(self) -> str:
        """Scheme, host and port of the application's own pages."""
        if not self.public_url:
            return f"http://{request.host}"
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"


def place() -> Place:
    found = current_app.extensions.get(KEY, Place())
    assert isinstance(found, Place)  # noqa: S101 - put there by the web pages
    return found


def address() -> str:
    """Return the source of a request. Only a known proxy is believed, and only what it has added itself."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if place().secure and forwarded and place().proxies.include(peer):
        return forwarded.rpartition(",")[2].strip()
    return peer


def read_cookie(name: str) -> str | None:
    return request.cookies.get(_spelled(name))


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie out of reach of scripts and foreign forms; without `seconds`, until the browser ends."""
    response.set_cookie(
        _spelled(name),
        value,
        max_age=seconds,
        path="/",
        secure=place().secure,
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(_spelled(name), path="/", secure=place().secure, httponly=True, samesite="Lax")


def _spelled(name: str) -> str:
    # Browsers take a cookie of this prefix only from this very host and over TLS: none can be planted.
    return f"__Host-{name}" if place().secure else local_name(name, request.host)


def local_name(name: str, host: str) -> str:
    """Return a cookie's name with the port of this machine: browsers share cookies between ports."""
    port = host.rpartition("]")[2].rpartition(":")[2]
    return f"{name}-{port}" if port.isdecimal() else name
