"""The name for which passkeys are made on these pages, and what the pages' script asks a browser with.

The name comes from the settings (`public_url`), never from the Host header of a request. Without
`public_url`, pages are for this machine: the name is localhost, at the port on which we listen.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, json, request

from gateway.accounts.errors import AccountRuleError
from gateway.accounts.passkeys.relying_party import RelyingParty, is_name
from gateway.api.browsers import place
from gateway.web.shared.base import web

LOCALHOST = "localhost"


def relying_party() -> RelyingParty | None:
    """The name for passkeys, and its origin; None where people reach the pages by an IP address."""
    public = place().public_url
    if not public:
        return RelyingParty(LOCALHOST, _local_origin(), web().entrance.place) if _by_localhost() else None
    host = urlsplit(public).hostname or ""
    return RelyingParty(host, place().origin(), web().entrance.place) if is_name(host) else None


def needed_party() -> RelyingParty:
    """The name for passkeys. Raises AccountRuleError where there is none."""
    party = relying_party()
    if party is None:
        raise AccountRuleError(
            "Passkeys need a name in the address of the page; this one has numbers (an IP address).",
            remedy=f"Open {page_with_passkeys()} instead."
            if page_with_passkeys()
            else "Ask the operator for an address with a host name (public_url).",
        )
    return party


def page_with_passkeys() -> str:
    """The address of these pages under a name, where they are reached by numbers here; else empty."""
    return "" if place().public_url or _by_localhost() else _local_origin()


def asked(options: Mapping[str, Any], sealed: str) -> Response:
    """Options of WebAuthn and their sealed challenge, for the script of the page."""
    text = json.dumps({"options": dict(options["publicKey"]), "challenge": sealed})
    return Response(text, content_type="application/json")


def _by_localhost() -> bool:
    """Whether the page is shown under localhost. This decides what is offered, not what is accepted."""
    return (urlsplit(f"//{request.host}").hostname or "") == LOCALHOST


def _local_origin() -> str:
    # The server's own port: another program of this machine could send any Host header that it likes.
    return f"http://{LOCALHOST}:{request.environ['SERVER_PORT']}"
