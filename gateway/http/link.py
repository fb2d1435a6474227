"""A node's way to the hub (`gateway.member.ports.HubLink`): it calls out, nothing ever calls in."""

from http import HTTPStatus
from typing import Any

import httpx
import structlog

from audit.errors import AuditError
from gateway.member.errors import LinkError
from gateway.wire.exchange import Poll, PollReply, SignedAnswer, poll_reply_from_json

log = structlog.get_logger()

CONNECT_SECONDS = 5.0
REPLY_SECONDS = 15.0
"""Beyond the time that a long poll asked to wait."""

# The hub has understood and will not change its mind: sending again would be in vain.
_FINAL = {HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}


class HttpLink:
    """Keeps one connection to the hub open. Not for several threads at once."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/federation/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(REPLY_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,  # no proxy of the desktop session between node and hub
        )

    def poll(self, poll: Poll) -> PollReply:
        response = self._post("/poll", poll.as_json(), REPLY_SECONDS + poll.wait)
        try:
            return poll_reply_from_json(response.json())
        except (AuditError, KeyError, TypeError, ValueError, AttributeError):
            raise LinkError("The hub's reply to a poll is not in the form of one.") from None

    def send(self, answer: SignedAnswer) -> None:
        response = self._post("/answers", answer.as_json(), REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("answer not kept by the hub", status=response.status_code)

    def _post(
        self, path: str, body: dict[str, Any], seconds: float, accept: set[HTTPStatus] | None = None
    ) -> httpx.Response:
        try:
            response = self._client.post(
                path, json=body, timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS)
            )
        except httpx.HTTPError as error:
            raise LinkError(f"The hub cannot be reached ({type(error).__name__}).") from None
        if not response.is_success and response.status_code not in (accept or set()):
            raise LinkError(f"The hub said {response.status_code} {response.reason_phrase} to {path}.")
        return response

    def close(self) -> None:
        self._client.close()
