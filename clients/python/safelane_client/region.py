"""A region: ask, wait for the members, check the receipts, read the release."""

import json
import ssl
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from safelane_client.errors import (
    EveryMemberRefusedError,
    NoSuchReleaseError,
    NotPermittedError,
    NotProvenError,
    NotSignedInError,
    QuestionRefusedError,
    RegionError,
    TooManyRequestsError,
    UnavailableError,
)
from safelane_client.receipts import LogKey, proven
from safelane_client.release import Receipt, Release, read_release

LONGEST_WAIT = 20.0
"""Seconds for which one request waits at the hub."""
GRACE = 10.0
"""Seconds beyond the deadline, for the hub to put the answers together."""
LATE_SECONDS = 7 * 24 * 3600
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Progress:
    """How far a question is: who has answered, who waits for a person's approval, who does not call."""

    question_id: str
    members: tuple[str, ...]
    answered: tuple[str, ...]
    waiting_for_a_person: tuple[str, ...]
    offline: tuple[str, ...]


def _unheard(_: Progress) -> None:
    pass


class Region:
    """A hub, asked under one token.

    `log_key` is the public key (vkey) of the regional log, compared with that of an auditor or the operator:
    with it every receipt is checked. Whoever has no key says `verify=False`, and every release then says that
    it was not checked. `language` is that of labels.
    """

    def __init__(
        self,
        address: str,
        token: str,
        log_key: str | None = None,
        *,
        verify: bool = True,
        language: str = "en",
    ) -> None:
        if verify and log_key is None:
            raise ValueError(
                "Receipts are checked with log_key, the public key of the region's log; the operator or an "
                "auditor of the region has it. Without a key, say verify=False."
            )
        url = httpx.URL(address)
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise ValueError(f"{address} is not https: anybody on the way could read the token.")
        self._key = LogKey(log_key) if verify and log_key is not None else None
        self._language = language
        self._client = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1",
            # Not as a header, which a file of passwords on this machine (.netrc) would replace.
            auth=_Bearer(token),
            timeout=httpx.Timeout(LONGEST_WAIT + GRACE, connect=5.0),
            verify=ssl.create_default_context(),
        )

    def ask(
        self,
        measure: str,
        *,
        by: Sequence[str] | str = (),
        where: Mapping[str, Sequence[str] | str] | None = None,
        purpose: str,
        within: int = 60,
        late: int = LATE_SECONDS,
        progress: Callable[[Progress], None] = _unheard,
    ) -> Release:
        """Ask the region's members, and wait for the release.

        `within`: seconds that members have to answer. `late`: for how many seconds after that an answer still
        makes a newer release (`newer`). `progress` is called whenever the state of the question is read.
        Raises RegionError, EveryMemberRefusedError among its kinds.
        """
        said: dict[str, Any] = {
            "measure": measure,
            "by": _listed(by),
            "where": {level: _listed(codes) for level, codes in (where or {}).items()},
            "purpose": purpose,
        }
        asked = self._call(
            "POST", "/questions", json={**said, "deadline_seconds": within, "late_seconds": late}
        )
        asked = self._awaited(asked, 0, within + GRACE, progress)
        if not asked["releases"]:
            raise UnavailableError(
                f"The hub did not release an answer to {asked['id']} in time.",
                "Read it later with release(), or ask the hub's operator.",
            )
        found = self._read(asked)
        _check_words(said, asked["release"]["question"])
        if found.parts and all(part.refusals and not part.answered for part in found.parts):
            reasons = "; ".join(f"{part.member}: {', '.join(part.refusals)}" for part in found.parts)
            raise EveryMemberRefusedError(f"Every member that was asked refused ({reasons}).", found)
        return found

    def release(self, question_id: str, number: int | None = None) -> Release:
        """A release of a question asked before, the newest unless another is named. Nobody is asked anew."""
        path = _path(question_id)
        asked = self._call("GET", path if number is None else f"{path}/releases/{number}")
        if not asked["releases"]:
            raise NoSuchReleaseError(f"{question_id} has no release yet.", "Its members may still answer.")
        return self._read(asked)

    def newer(
        self, release: Release, *, wait: float = 0.0, progress: Callable[[Progress], None] = _unheard
    ) -> Release | None:
        """A newer release, made of answers that came late; None where there is none within `wait` seconds."""
        asked = self._call("GET", _path(release.question_id))
        asked = self._awaited(asked, release.number, wait, progress)
        return self._read(asked) if len(asked["releases"]) > release.number else None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.close()

    def _awaited(
        self, asked: dict[str, Any], known: int, seconds: float, progress: Callable[[Progress], None]
    ) -> dict[str, Any]:
        """The question once it has more releases than are known, or as it is after some seconds."""
        end = time.monotonic() + seconds
        progress(_progress(asked))
        while len(asked["releases"]) <= known and (left := end - time.monotonic()) > 0:
            parameters = {"wait": f"{min(left, LONGEST_WAIT):.1f}", "after": str(known)}
            asked = self._call("GET", _path(asked["id"]), params=parameters)
            progress(_progress(asked))
        return asked

    def _read(self, asked: Mapping[str, Any]) -> Release:
        """The release in what the hub says of a question, once its receipts are checked."""
        if self._key is None:
            receipt = Receipt(None, None, None, asked["released"]["proof"], checked=False)
        else:
            numbers = proven(asked, _canonical(asked["release"]), self._key)
            receipt = Receipt(self._key.name, *numbers, asked["released"]["proof"], checked=True)
        path = f"{_path(asked['id'])}/releases/{asked['release']['number']}/data.jsonstat"
        table = self._call("GET", path, params={"cells": "all", "labels": self._language})
        try:
            return read_release(asked, table, receipt)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise NotProvenError(
                f"The hub's table is not that of the release: {error}.", "Do not use it, and tell an auditor."
            ) from None

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"The hub at {self._client.base_url.host} cannot be reached ({type(error).__name__}).",
                "Check the address and the network, and ask its operator whether it runs.",
            ) from None
        if not response.is_success:
            raise _refusal(response)
        try:
            return response.json()
        except ValueError:
            raise UnavailableError(
                "The hub did not answer in JSON.", "Is this the address of a hub?"
            ) from None


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _refusal(response: httpx.Response) -> RegionError:
    """The error for a problem document (RFC 9457), or for any other response."""
    try:
        body = response.json()
        detail, remedy, faults = str(body["detail"]), str(body.get("remedy", "")), body.get("faults", ())
    except (ValueError, KeyError, TypeError, AttributeError):
        detail, remedy, faults = f"The hub said {response.status_code} {response.reason_phrase}.", "", ()
    match response.status_code:
        case httpx.codes.UNAUTHORIZED:
            return NotSignedInError(detail, remedy or "Make a new token on the page of your account.")
        case httpx.codes.FORBIDDEN:
            return NotPermittedError(detail, remedy)
        case httpx.codes.NOT_FOUND:
            return NoSuchReleaseError(detail, remedy)
        case httpx.codes.UNPROCESSABLE_ENTITY:
            named = [str(one) for one in faults] if isinstance(faults, list) else [json.dumps(faults)]
            return QuestionRefusedError(detail, remedy, named)
        case httpx.codes.TOO_MANY_REQUESTS:
            after = response.headers.get("Retry-After", "")
            return TooManyRequestsError(detail, remedy, int(after) if after.isdecimal() else None)
    return UnavailableError(detail, remedy) if response.is_server_error else RegionError(detail, remedy)


def _check_words(said: Mapping[str, Any], answered: Mapping[str, Any]) -> None:
    """The hub may add what follows from the words, such as the last year of service, and change none."""
    same = all(answered[name] == said[name] for name in ("measure", "by", "purpose"))
    filters = all(
        sorted(set(codes)) == answered["where"].get(level) for level, codes in said["where"].items()
    )
    if not (same and filters):
        raise NotProvenError("The release answers another question than was asked.", "Tell an auditor.")


def _progress(asked: Mapping[str, Any]) -> Progress:
    return Progress(
        asked["id"],
        tuple(asked["members"]),
        tuple(asked["answered"]),
        tuple(asked["waiting_for_a_person"]),
        tuple(sorted(asked["offline"])),
    )


def _canonical(release: Mapping[str, Any]) -> bytes:
    """The one spelling of a release to which the log commits."""
    return json.dumps(release, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _listed(words: Sequence[str] | str) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def _path(question_id: str) -> str:
    return f"/questions/{quote(question_id, safe='')}"
