"""Values that no database stores reach no view: the character NUL, and an unpaired surrogate.

PostgreSQL cannot even search for such values. Bodies of the API are checked by their schemas; addresses are
checked here for every request, and the fields of every form by `gateway.web.shared.forms`.
"""

from collections.abc import Iterable

from flask import Flask, request
from werkzeug.exceptions import NotFound

from gateway.accounts.errors import UnstorableError
from gateway.wire.strict_values import storable


def install(app: Flask) -> None:
    """Check every request before any other handler."""
    app.before_request(_address)


def check_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Check the fields of a form. Raises UnstorableError."""
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
