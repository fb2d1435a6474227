"""Calls to an OpenID provider that may be silent, slow or endless: few at once, each with an end."""

import time
from threading import BoundedSemaphore
from typing import Any

import httpx

from gateway.accounts.errors import BusyError, IdentityRefusedError
from gateway.http.trust import trusted
from gateway.wire.strict_json import strict_json

SILENCE_SECONDS, LONGEST_SECONDS = 5.0, 10.0
"""For each step of a call, and for its whole reply."""
MOST_AT_ONCE = 8
"""Of the 64 threads of a server: a silent provider holds these, and everybody else is served."""
PAUSE_SECONDS = 5.0
"""After a call without a reply nobody waits for the provider for so long."""
LARGEST_REPLY = 1 << 20


class ProviderCalls:
    """Calls to one provider, by all threads of this process. A provider's redirect is not followed."""

    def __init__(self) -> None:
        self._turns = BoundedSemaphore(MOST_AT_ONCE)
        self._silent_until = 0.0

    def get(self, url: str) -> dict[str, Any]:
        """Return the object at an address. Raises BusyError, or IdentityRefusedError for no such reply."""
        return self._call("GET", url)

    def post(self, url: str, form: dict[str, str], known: httpx.BasicAuth | None) -> dict[str, Any]:
        """Return the reply to a form, from a client with or without a secret. Raises as `get`."""
        return self._call("POST", url, data=form, auth=known)

    def _call(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        if time.monotonic() < self._silent_until:
            raise IdentityRefusedError("unreachable")
        # Nobody waits for a turn: whoever waits holds a thread as well.
        if not self._turns.acquire(blocking=False):
            raise BusyError
        try:
            return _object(_reply(method, url, more))
        except httpx.TransportError:
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            raise IdentityRefusedError("unreachable") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise IdentityRefusedError("refused") from None
        finally:
            self._turns.release()


def _reply(method: str, url: str, more: dict[str, Any]) -> bytes:
    """Return a reply's body. Raises httpx.HTTPError, for a reply without an end too."""
    end, body = time.monotonic() + LONGEST_SECONDS, bytearray()
    sets: dict[str, Any] = {"timeout": SILENCE_SECONDS, "follow_redirects": False, "trust_env": False}
    with httpx.Client(verify=trusted(), **sets) as client, client.stream(method, url, **more) as reply:
        reply.raise_for_status()
        for part in reply.iter_bytes():
            body += part
            if len(body) > LARGEST_REPLY or time.monotonic() > end:
                raise httpx.ReadTimeout("the reply has no end")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = strict_json(body)
    except ValueError:
        raise IdentityRefusedError("malformed") from None
    if not isinstance(said, dict):
        raise IdentityRefusedError("malformed")
    return said
