"""A node's link to the hub (`gateway.member.node.ports.HubLink`): the node makes every connection."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import httpx
import structlog

from audit.errors import AuditError
from audit.formats.note import MAX_NOTE_SIZE, Signer, Verifier
from gateway import __version__
from gateway.http.signatures import (
    Call,
    ClockError,
    Here,
    Reply,
    UnknownKeyError,
    UnsignedError,
    ask_for,
    sign_call,
    verify_reply,
)
from gateway.http.timely_transport import TimelyTransport
from gateway.http.trust import trusted
from gateway.member.errors import LinkError, ShorterLogError
from gateway.member.node.ports import Clock
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.former_bounds import bounds_as_formerly
from gateway.wire.hub_reply_keys import ReplyKeys, ReplyKeysError, reply_keys_from_json
from gateway.wire.poll import Poll, PollReply, SignedAnswer, poll_reply_from_json
from gateway.wire.returned_log import ReturnedLog, returned_log_from_json
from gateway.wire.strict_json import strict_json
from gateway.wire.versions import (
    BOUNDS,
    FEATURES,
    GREETING,
    MAJOR,
    NOTHING_MORE,
    RETURNED_LOG,
    UPLOAD_BATCHES,
    Hello,
    VersionError,
    fields_for,
    hello_from_json,
    unknown_to,
)

log = structlog.get_logger()

FEDERATION = f"/federation/v{MAJOR}"

CONNECT_SECONDS = 5.0
REPLY_SECONDS = 15.0
"""Time for a reply, beyond the waiting time of a long poll."""

# The hub has understood and will not change its mind: sending again would be in vain.
_FINAL = {HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}


class HubKeys(Protocol):
    """The valid keys for signatures on the hub's replies."""

    def valid(self) -> Sequence[Verifier]:
        """Return the valid keys, first the present key, which calls ask for.

        Raises LinkError without a key.
        """

    def follow(self, announced: ReplyKeys) -> None:
        """Learn the hub's present key from its statements. Raises LinkError where they do not lead there."""


@dataclass(frozen=True)
class InvitedBy:
    """The only key that an invitation names."""

    key: Verifier

    def valid(self) -> tuple[Verifier]:
        return (self.key,)

    def follow(self, announced: ReplyKeys) -> None:  # noqa: ARG002 - what it tells was compared by nobody
        raise LinkError(
            "The hub signs with another key than the one of the invitation.",
            remedy="Ask its operator for a new invitation.",
        )


class Signatures(httpx.Auth):
    """Signs every call with `signer`; a reply without the signature of `hub` raises LinkError.

    A hub with a changed key is asked for the statements that lead to the key; then the call is repeated once.
    """

    requires_request_body = True
    requires_response_body = True

    def __init__(self, region: str, signer: Signer, hub: HubKeys, clock: Clock) -> None:
        self._region = region
        self._signer = signer
        self._hub = hub
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        keys = self._hub.valid()
        call = self._signed(request, keys)
        response = yield request
        try:
            self._check(response, call, keys)
        except UnknownKeyError:
            self._hub.follow(_reply_keys(response.status_code, (yield _how_it_came_to_it(request))))
            keys = self._hub.valid()
            call = self._signed(request, keys)
            response = yield request
            try:
                self._check(response, call, keys)
            except UnknownKeyError as error:
                raise _unsigned(response.status_code, error) from None

    def _signed(self, request: httpx.Request, keys: Sequence[Verifier]) -> Call:
        for field in ("Content-Digest", "Signature-Input", "Signature"):  # of a call that is made once more
            request.headers.pop(field, None)
        request.headers["Accept-Signature"] = ask_for(keys[0].key)
        call = Call(request.method, str(request.url), request.headers)
        sign_call(call, request.content, self._signer, self._here())
        return call

    def _check(self, response: httpx.Response, call: Call, keys: Sequence[Verifier]) -> None:
        """Raises UnknownKeyError for a reply under an unknown key, LinkError for any other fault."""
        try:
            reply = Reply(response.status_code, response.headers, call)
            verify_reply(reply, response.content, keys, self._here())
        except ClockError as error:
            raise LinkError(
                f"The clocks of this node and of the hub are too far apart. {error.message}",
                remedy=error.remedy,
            ) from None
        except UnknownKeyError:
            raise
        except UnsignedError as error:
            raise _unsigned(response.status_code, error) from None

    def _here(self) -> Here:
        return Here(self._region, self._clock.now())


def _unsigned(status: int, error: UnsignedError) -> LinkError:
    # What is not the hub's word is not repeated, but for its number.
    return LinkError(
        f"The reply ({status}) is not signed by the hub: {error.message}",
        remedy=error.remedy,
    )


def _how_it_came_to_it(request: httpx.Request) -> httpx.Request:
    """Return a request for the changes of the hub's keys, within the time limit of the present request."""
    prefix = request.url.path.partition("/federation/")[0]
    return httpx.Request(
        "GET", request.url.copy_with(path=f"{prefix}{FEDERATION}/keys"), extensions=request.extensions
    )


def _reply_keys(status: int, response: httpx.Response) -> ReplyKeys:
    """Raises LinkError: whoever does not tell is not the hub, or is not what it was."""
    try:
        return reply_keys_from_json(strict_json(response.content))
    except (ReplyKeysError, ValueError):
        raise LinkError(
            f"The reply ({status}) is signed by a key that this node does not know.",
            remedy="Nothing was done. If it happens again, compare the keys of both sides.",
        ) from None


def federation_client(url: str, signatures: Signatures, authority: str = "") -> httpx.Client:
    """Return a client for the federation's addresses of the hub at `url`; `authority` as of `trusted`."""
    return httpx.Client(
        base_url=url.rstrip("/") + FEDERATION,
        auth=signatures,
        # What is signed is what travels: nothing may be packed on the way.
        headers={"Accept-Encoding": "identity"},
        timeout=httpx.Timeout(REPLY_SECONDS, connect=CONNECT_SECONDS),
        # no proxy of the desktop session between node and hub
        transport=TimelyTransport(httpx.HTTPTransport(verify=trusted(authority), trust_env=False)),
        trust_env=False,
    )


class HttpLink:
    """Keeps one connection to the hub open. Not thread-safe."""

    def __init__(self, url: str, signatures: Signatures, authority: str = "") -> None:
        self._client = federation_client(url, signatures, authority)
        self._root = url.rstrip("/")
        self._hub: Hello | None = None

    def poll(self, poll: Poll) -> PollReply:
        refused = {HTTPStatus.CONFLICT}
        hub = self.greeted()
        body = fields_for(hub, poll.as_json())
        if UPLOAD_BATCHES in body and BOUNDS not in hub.features:
            body[UPLOAD_BATCHES] = poll.upload_batch.as_formerly()
        try:
            response = self._post("/poll", body, REPLY_SECONDS + poll.wait, accept=refused)
        except LinkError:
            self._hub = None  # it may be another one, newer or older, when it is there again
            raise
        if response.status_code == HTTPStatus.CONFLICT:
            raise ShorterLogError(f"The hub refused the call. {_detail(response)}")
        try:
            return poll_reply_from_json(strict_json(response.content))
        except (AuditError, KeyError, TypeError, ValueError, AttributeError):
            raise LinkError("The hub's reply to a poll is not in the form of one.") from None

    def takes_batches(self) -> bool:
        return UPLOAD_BATCHES in self.greeted().features

    def greeted(self) -> Hello:
        """Return the hub's features, asked for once per connection to a hub. Raises LinkError."""
        if self._hub is None:
            own = Hello(__version__, (MAJOR,), FEATURES)
            response = self._post(
                f"{self._root}{GREETING}", own.as_json(), REPLY_SECONDS, accept={HTTPStatus.NOT_FOUND}
            )
            try:
                greeted = response.is_success
                self._hub = hello_from_json(strict_json(response.content)) if greeted else NOTHING_MORE
            except (VersionError, ValueError):
                raise LinkError("The hub's greeting is not in the form of one.") from None
            if MAJOR not in self._hub.majors:
                raise LinkError(
                    f"The hub ({self._hub.software}) does not speak version {MAJOR} of the federation.",
                    remedy="Upgrade this node or the hub, the older of the two; logs and answers stay.",
                )
            lacks = unknown_to(self._hub)
            if lacks:
                log.warning("the hub is older and cannot do", features=lacks, hub=self._hub.software)
        return self._hub

    def send(self, answer: SignedAnswer) -> None:
        response = self._post("/answers", answer.as_json(), REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("answer not kept by the hub", status=response.status_code)

    def bounds(self, bounds: AnswerBounds) -> None:
        formerly = BOUNDS not in self.greeted().features
        path, body = ("/offers", bounds_as_formerly(bounds)) if formerly else ("/bounds", bounds.as_json())
        response = self._post(path, body, REPLY_SECONDS, accept=_FINAL)
        if not response.is_success:
            log.warning("bounds not kept by the hub", status=response.status_code)

    def own_log(self, start: int) -> ReturnedLog:
        if RETURNED_LOG not in self.greeted().features:
            raise LinkError(
                "The hub is an older one and cannot give back what it has seen of this node's log.",
                remedy="Have the hub upgraded, or restore a newer backup.",
            )
        response = self._post("/own-log", {"start": start}, REPLY_SECONDS)
        try:
            return returned_log_from_json(strict_json(response.content))
        except (AuditError, KeyError, TypeError, ValueError, AttributeError):
            raise LinkError("What the hub gives back of this node's log is in no known form.") from None

    def public_checkpoint(self) -> str:
        """As anybody can read it: the log signs it itself."""
        return self.public_resource("checkpoint", MAX_NOTE_SIZE).decode("utf-8", "replace")

    def public_resource(self, path: str, limit: int) -> bytes:
        """As anybody can read it: whoever asks checks it. Little more than the limit is ever held, however
        much a small reply unpacks to.
        """
        content = b""
        try:
            with self._client.stream("GET", f"{self._root}/log/{path}", auth=None) as response:
                if not response.is_success:
                    raise LinkError(
                        f"The hub said {response.status_code} to a request for the {path} of its log."
                    )
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > limit:
                        raise LinkError(f"The hub sent more than {limit} bytes as {path} of its log.")
        except httpx.HTTPError as error:
            raise LinkError(f"The hub cannot be reached ({type(error).__name__}: {error}).") from None
        return content

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
    """Return the fault that the hub reports in a signed reply."""
    try:
        return str(strict_json(response.content)["detail"])[:500]
    except (ValueError, KeyError, TypeError):
        return ""


def refusal(response: httpx.Response, path: str) -> LinkError:
    said = f"The hub said {response.status_code} {response.reason_phrase} to {path}."
    return LinkError(f"{said} {_detail(response)}".rstrip())
