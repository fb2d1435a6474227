"""A node's way to the hub (`gateway.member.ports.HubLink`): it calls out, nothing ever calls in."""

from collections.abc import Generator
from http import HTTPStatus
from typing import Any

import httpx
import structlog

from audit.errors import AuditError
from audit.note import Signer, Verifier
from gateway import __version__
from gateway.http.signatures import Call, ClockError, Here, Reply, UnsignedError, sign_call, verify_reply
from gateway.http.trust import trusted
from gateway.member.errors import LinkError, ShorterLogError
from gateway.member.ports import Clock
from gateway.wire.calls import TotalFormatError
from gateway.wire.exchange import Poll, PollReply, SignedAnswer, poll_reply_from_json
from gateway.wire.totals import Offer, SignedContribution
from gateway.wire.versions import (
    FEATURES,
    MAJOR,
    NOTHING_MORE,
    PARCEL,
    Hello,
    VersionError,
    fields_for,
    hello_from_json,
    unknown_to,
)

log = structlog.get_logger()

CONNECT_SECONDS = 5.0
REPLY_SECONDS = 15.0
"""Beyond the time that a long poll asked to wait."""

# The hub has understood and will not change its mind: sending again would be in vain.
_FINAL = {HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}


class Signatures(httpx.Auth):
    """Signs every call with `signer`, and takes no reply that `hub` has not signed: raises LinkError."""

    requires_request_body = True
    requires_response_body = True

    def __init__(self, region: str, signer: Signer, hub: Verifier, clock: Clock) -> None:
        self._region = region
        self._signer = signer
        self._hub = hub
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        call = Call(request.method, str(request.url), request.headers)
        sign_call(call, request.content, self._signer, self._here())
        response = yield request
        try:
            reply = Reply(response.status_code, response.headers, call)
            verify_reply(reply, response.content, self._hub, self._here())
        except ClockError as error:
            raise LinkError(
                f"The clocks of this node and of the hub are too far apart. {error.message}",
                remedy=error.remedy,
            ) from None
        except UnsignedError as error:
            # What is not the hub's word is not repeated, but for its number.
            raise LinkError(
                f"The reply ({response.status_code}) is not signed by the hub: {error.message}",
                remedy=error.remedy,
            ) from None

    def _here(self) -> Here:
        return Here(self._region, self._clock.now())


def federation_client(url: str, signatures: Signatures) -> httpx.Client:
    """A client of the federation's addresses of the hub at `url`."""
    return httpx.Client(
        base_url=url.rstrip("/") + "/federation/v1",
        auth=signatures,
        # What is signed is what travels: nothing may be packed on the way.
        headers={"Accept-Encoding": "identity"},
        timeout=httpx.Timeout(REPLY_SECONDS, connect=CONNECT_SECONDS),
        verify=trusted(),
        trust_env=False,  # no proxy of the desktop session between node and hub
    )


class HttpLink:
    """Keeps one connection to the hub open. Not for several threads at once."""

    def __init__(self, url: str, signatures: Signatures) -> None:
        self._client = federation_client(url, signatures)
        self._root = url.rstrip("/")
        self._hub: Hello | None = None

    def poll(self, poll: Poll) -> PollReply:
        refused = {HTTPStatus.CONFLICT}
        body = fields_for(self.greeted(), poll.as_json())
        try:
            response = self._post("/poll", body, REPLY_SECONDS + poll.wait, accept=refused)
        except LinkError:
            self._hub = None  # it may be another one, newer or older, when it is there again
            raise
        if response.status_code == HTTPStatus.CONFLICT:
            raise ShorterLogError(f"The hub refused the call. {_detail(response)}")
        try:
            return poll_reply_from_json(response.json())
        except (AuditError, TotalFormatError, KeyError, TypeError, ValueError, AttributeError):
            raise LinkError("The hub's reply to a poll is not in the form of one.") from None

    def takes_parcels(self) -> bool:
        return PARCEL in self.greeted().features

    def greeted(self) -> Hello:
        """What the hub can do, asked once for each time that it is there. Raises LinkError."""
        if self._hub is None:
            own = Hello(__version__, (MAJOR,), FEATURES)
            response = self._post("/hello", own.as_json(), REPLY_SECONDS, accept={HTTPStatus.NOT_FOUND})
            try:
                told = response.is_success
                self._hub = hello_from_json(response.json()) if told else NOTHING_MORE
            except (VersionError, ValueError):
                raise LinkError("The hub's greeting is not in the form of one.") from None
            if MAJOR not in self._hub.majors:
                raise LinkError(
                    f"The hub ({self._hub.software}) does not speak version {MAJOR} of the federation.",
                    remedy="Upgrade this node; what it has logged and answered stays.",
                )
            lacks = unknown_to(self._hub)
            if lacks:
                log.warning("the hub is older and cannot do", features=lacks, hub=self._hub.software)
        return self._hub

    def send(self, answer: SignedAnswer) -> None:
        response = self._post("/answers", answer.as_json(), REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("answer not kept by the hub", status=response.status_code)

    def offer(self, offer: Offer) -> None:
        response = self._post("/offers", offer.as_json(), REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("offer not kept by the hub", status=response.status_code)

    def contribute(self, contribution: SignedContribution) -> None:
        response = self._post("/contributions", contribution.as_json(), REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("contribution not kept by the hub", status=response.status_code)

    def head(self) -> str:
        """As anybody can read it: the log signs it itself."""
        try:
            response = self._client.get(f"{self._root}/log/checkpoint", auth=None)
        except httpx.HTTPError as error:
            raise LinkError(f"The hub cannot be reached ({type(error).__name__}: {error}).") from None
        if not response.is_success:
            raise LinkError(f"The hub said {response.status_code} to a request for its checkpoint.")
        return response.text

    def _post(
        self, path: str, body: dict[str, Any], seconds: float, accept: set[HTTPStatus] | None = None
    ) -> httpx.Response:
        try:
            response = self._client.post(
                path, json=body, timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS)
            )
        except httpx.HTTPError as error:
            raise LinkError(f"The hub cannot be reached ({type(error).__name__}: {error}).") from None
        if not response.is_success and response.status_code not in (accept or set()):
            raise refusal(response, path)
        return response

    def close(self) -> None:
        self._client.close()


def _detail(response: httpx.Response) -> str:
    """What the hub says is wrong: the reply is signed by it."""
    try:
        return str(response.json()["detail"])[:500]
    except (ValueError, KeyError, TypeError):
        return ""


def refusal(response: httpx.Response, path: str) -> LinkError:
    said = f"The hub said {response.status_code} {response.reason_phrase} to {path}."
    return LinkError(f"{said} {_detail(response)}".rstrip())
