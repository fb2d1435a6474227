"""Rate limits per address, in the memory of this process.

Rate limits slow floods down. Guessing of secrets is stopped by `gateway.accounts.lockout`, which is stored in
the database and counts for all processes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_limiter import Limiter

from gateway.accounts.lockout import place_of
from gateway.api.browsers import address

EVERYTHING = "6000 per minute"
"""For an office behind one address: people, programs, nodes."""
ENTERING = "30 per minute"
"""For forms with secrets: passphrases, invitations, codes."""


def install(app: Flask) -> Limiter:
    return Limiter(
        key_func=_address,
        app=app,
        default_limits=[EVERYTHING],
        storage_uri="memory://",
        strategy="moving-window",
        headers_enabled=True,
    )


def limit_forms(app: Flask, limiter: Limiter, endpoints: tuple[str, ...]) -> None:
    """Limit how often forms with secrets can be sent from one address."""
    for endpoint in endpoints:
        limited: Callable[..., Any] = limiter.limit(ENTERING, key_func=_address, methods=["POST"])(
            app.view_functions[endpoint]
        )
        app.view_functions[endpoint] = limited


def _address() -> str:
    return place_of(address())
