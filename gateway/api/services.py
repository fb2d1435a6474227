"""How a request reaches the use cases: the hub that bootstrap has put into the application."""

from flask import current_app

from gateway.hub.context import Hub

KEY = "safelane-hub"


def hub() -> Hub:
    found = current_app.extensions[KEY]
    assert isinstance(found, Hub)  # noqa: S101 - put there by create_hub_app
    return found
