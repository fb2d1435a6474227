"""Asks one register server over HTTP: TLS checked, no redirect to anywhere else, replies with an end.

Nothing that is sent in secret, and nothing of a reply, stands in an error or a log line.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

import httpx

from audit.reading.messages import message
from gateway.http.timely_transport import TimelyTransport
from gateway.http.trust import trusted
from gateway.sources.model.errors import SourceError

MOST_BYTES = 64 << 20
"""Bytes of one reply when unpacked: pages of registers have a few megabytes."""
MOST_REDIRECTS = 5
SILENCE_SECONDS, CONNECT_SECONDS = 120.0, 15.0
WAITS = (1.0, 5.0, 20.0)
"""Seconds before a request is made once more, when the connection breaks or the server is overloaded."""
LONGEST_WAIT = 60.0
_AGAIN = frozenset({
    HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
})  # fmt: skip
_MOVED = frozenset({
    HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
})  # fmt: skip
UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What a reader meets where a reply is not what the program's interface describes."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class RefusedError(SourceError):
    """The server refuses the credentials, or wants some."""


class StatusError(SourceError):
    """The server answers that it cannot give this: what it was asked for does not exist there."""


@dataclass
class _Reply:
    status: int
    headers: httpx.Headers
    content: bytes


class ServiceClient:
    """`origin`: scheme, host and port of every request. `headers`: what shows who asks; secret."""

    def __init__(
        self,
        origin: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.origin = origin
        self.headers = headers
        self.pause = pause
        self.last_said = ""
        """The time of the server's last reply by its own clock, as HTTP writes it; "" where it says none."""
        self._client = httpx.Client(
            transport=TimelyTransport(httpx.HTTPTransport(verify=trusted(), trust_env=False)),
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] = _NO_HEADERS) -> Any:
        """The JSON at a path. Raises SourceError; RefusedError where the credentials are not taken."""
        return self._json(self._settled("GET", path, params=dict(query)))

    def get_text(self, path: str) -> str:
        """The text at a path, such as a form's XML. Raises as `get` does, and where it is not in UTF-8."""
        try:
            return self._settled("GET", path).content.decode()
        except UnicodeDecodeError:
            raise self._error("answered with something else than text") from None

    def post(
        self, path: str, form: Mapping[str, str] | None = None, body: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON that answers a form, or a body of JSON. Raises as `get` does."""
        return self._json(self._settled("POST", path, data=form, json=body))

    def _settled(self, method: str, path: str, **options: Any) -> _Reply:
        url = self.origin + path
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._tried(method, url, **options)
            if reply.status not in _MOVED:
                return self._checked(reply)
            url = self._next(url, reply.headers.get("Location", ""))
            if not self._is_here(url) or method != "GET":
                raise self._error("leads to another address, which is not followed")
            options.pop("params", None)  # a redirect names its own
        raise self._error("leads in circles")

    def _tried(self, method: str, url: str, **options: Any) -> _Reply:
        for wait in (*WAITS, None):
            longer = 0.0
            try:
                reply = self._sent(method, url, **options)
            except httpx.RequestError as error:
                if wait is None:
                    raise self._error(f"cannot be reached ({type(error).__name__})") from None
            else:
                if reply.status not in _AGAIN or wait is None:
                    return reply
                longer = _asked_to_wait(reply)
            self.pause(min(LONGEST_WAIT, max(wait, longer)))
        raise AssertionError  # the last wait is None

    def _sent(self, method: str, url: str, **options: Any) -> _Reply:
        headers = {"Accept": "application/json", **self.headers}
        content = bytearray()
        with self._client.stream(method, url, headers=headers, **options) as response:
            for part in response.iter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise self._error(f"sent more than {MOST_BYTES >> 20} MB at once")
            self.last_said = response.headers.get("Date", "")
        return _Reply(response.status_code, response.headers, bytes(content))

    @staticmethod
    def _next(url: str, location: str) -> str:
        try:
            return urljoin(url, location)
        except ValueError:
            return ""

    def _is_here(self, url: str) -> bool:
        try:
            there, here = httpx.URL(url), httpx.URL(self.origin)
        except (httpx.InvalidURL, ValueError):
            return False
        return (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)

    def _checked(self, reply: _Reply) -> _Reply:
        if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise self.refused()
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            asked_wrongly = reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
            raise self._error(
                f"answered with status {reply.status}", StatusError if asked_wrongly else SourceError
            )
        return reply

    def _json(self, reply: _Reply) -> Any:
        try:
            return json.loads(reply.content)
        except (ValueError, RecursionError):
            raise self._error("answered with something else than JSON, or broke off") from None

    def refused(self) -> RefusedError:
        """The error for credentials that are not, or no longer, taken."""
        return RefusedError(
            message(
                "%(origin)s does not, or no longer, let this node read the register; nothing was loaded.",
                origin=self.origin,
            ),
            remedy=message(
                "Check the entry of %(origin)s in the file of credentials, and what its user may read.",
                origin=self.origin,
            ),
        )

    def unexpected(self) -> SourceError:
        """The error for a reply that is not what the program's interface describes."""
        return self._error("answers in another form than it is described to do")

    def _error(self, what: str, kind: type[SourceError] = SourceError) -> SourceError:
        return kind(
            f"{self.origin} {what}; nothing was loaded.",
            remedy="Open the address in a browser on this machine. If it answers there, load again.",
        )


def _asked_to_wait(reply: _Reply) -> float:
    text = str(reply.headers.get("Retry-After", ""))
    return float(text) if text.isascii() and text.isdigit() else 0.0
