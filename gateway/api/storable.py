"""What no database keeps reaches no view: the character NUL, and half a character.

PostgreSQL cannot even look for them. Bodies of the API are checked by their schemas; addresses are checked
here for every request, and the fields of every form where forms are taken (`gateway.web.shared.forms`).
"""

from collections.abc import Iterable

from flask import Flask, request
from werkzeug.exceptions import NotFound

from gateway.accounts.errors import UnstorableError
from gateway.wire.sum_call import storable


def install(app: Flask) -> None:
    """Before anything else looks at a request."""
    app.before_request(_address)


def check_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Raises UnstorableError."""
    try:
        for name, value in fields:
            storable(name)
            storable(value)
    except ValueError:
        raise UnstorableError from None


def _address() -> None:
    try:
        storable(request.path)
    except ValueError:  # nothing has such a name
        raise NotFound from None
    check_fields(request.args.items(multi=True))
