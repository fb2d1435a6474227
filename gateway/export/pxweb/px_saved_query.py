"""A saved query of PxWeb whose number is the query itself, so that nobody has to keep it.

The number is base64url (RFC 4648, section 5) without padding of canonical JSON: table, language, and for each
variable its expressions. A query that is read from a number has that number and no other.
"""

import base64
import binascii
from dataclasses import dataclass

from audit.errors import MalformedError
from audit.formats.canonical import canonical_json, load_canonical_object
from gateway.export.pxweb.px_selection import SelectionError

LONGEST = 1500
"""Characters of a number: browsers and Excel take addresses of about 2,000."""
_WHAT = "saved query"


@dataclass(frozen=True)
class SavedQuery:
    """A table's name, a language ("" for English), and each variable with its expressions, in order."""

    table: str
    language: str
    variables: tuple[tuple[str, tuple[str, ...]], ...]


def number_of(query: SavedQuery) -> str:
    """Return the number of a query. Raises SelectionError for a query that no address has room for."""
    text = canonical_json({"lang": query.language, "query": query.variables, "table": query.table})
    number = base64.urlsafe_b64encode(text).decode("ascii").rstrip("=")
    if len(number) > LONGEST:
        raise SelectionError(
            "The query is too long to be saved in an address.",
            remedy="Select codes by patterns, such as * or range(2015,2024).",
        )
    return number


def read_number(number: str) -> SavedQuery:
    """Return the query of a number. Raises MalformedError for a text that is no query's number."""
    if len(number) > LONGEST:
        raise MalformedError(_WHAT, "too long")
    try:
        text = base64.urlsafe_b64decode(number.encode("ascii") + b"=" * (-len(number) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise MalformedError(_WHAT, "not a number of one") from None
    match load_canonical_object(text, _WHAT):
        case {"lang": str(language), "query": list(variables), "table": str(table), **rest} if not rest:
            query = SavedQuery(table, language, tuple(map(_variable, variables)))
        case _:
            raise MalformedError(_WHAT, "a field is missing, or there is one more")
    if len(dict(query.variables)) != len(query.variables):
        raise MalformedError(_WHAT, "a variable twice")
    if number_of(query) != number:
        raise MalformedError(_WHAT, "another spelling of its number")
    return query


def _variable(value: object) -> tuple[str, tuple[str, ...]]:
    match value:
        case [str(name), list(expressions)] if all(isinstance(one, str) for one in expressions):
            return name, tuple(expressions)
    raise MalformedError(_WHAT, "a variable is no name with a list of codes")
