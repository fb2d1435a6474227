"""HTTP client for a person or program: ask, wait for the release, check the release's proofs."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from audit.errors import AuditError
from audit.events.events import decode
from audit.events.question_events import Asked, Released
from audit.formats.commitment import Opening
from audit.formats.encoding import parse_base64
from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.sidecar import Sidecar
from gateway.errors import SafelaneError
from gateway.http.trust import trusted, way_out
from gateway.wire.release import RESULT, Release, release_from_json, release_text
from gateway.wire.strict_json import strict_json

LONGEST_WAIT = 20.0
GRACE_SECONDS = 10.0
"""Time beyond the question's deadline, for the hub to merge and release."""


class AskError(SafelaneError):
    """The hub refused the question, or cannot be reached."""

    exit_code = 4


class NotProvenError(SafelaneError):
    """The hub's receipts do not prove what they should. Do not use the table."""

    exit_code = 10


@dataclass(frozen=True)
class Result:
    """A release with proofs that the question was logged before and the result after the asking."""

    release: Release
    log: str
    asked_index: int
    released_index: int
    receipt: str
    """tlog-proof of the asking entry."""
    sidecar: Sidecar | None = None
    """Proves the table without the hub; None from a hub that makes none yet."""


class HubClient:
    """Asks under one token. `log_key` verifies the regional log's signatures."""

    def __init__(self, url: str, token: str, log_key: str) -> None:
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(LONGEST_WAIT + GRACE_SECONDS, connect=5.0),
            verify=trusted(),
            trust_env=False,
        )
        self._verifier = Verifier.parse(log_key)

    def ask(
        self,
        *,
        measure: str,
        by: Sequence[str],
        where: Mapping[str, Sequence[str]],
        purpose: str,
        deadline_seconds: int,
        on_waiting: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> Result:
        """Ask, and wait for the release.

        `on_waiting` is called with the members that wait for a person's approval, whenever these change.
        Raises AskError when the hub refuses, NotProvenError when its proofs do not hold.
        """
        asked = self._call(
            "POST",
            "/questions",
            json={
                "measure": measure,
                "by": list(by),
                "where": {level: list(codes) for level, codes in where.items()},
                "purpose": purpose,
                "deadline_seconds": deadline_seconds,
            },
        )
        waiting: list[str] = []
        end = time.monotonic() + deadline_seconds + GRACE_SECONDS
        while asked["state"] != "released":
            left = end - time.monotonic()
            if left <= 0:
                raise AskError(
                    "The hub did not release an answer in time.",
                    remedy=f"Ask the hub's operator about question {asked['id']}.",
                )
            wait = min(left, LONGEST_WAIT)
            asked = self._call("GET", f"/questions/{asked['id']}", params={"wait": f"{wait:.1f}"})
            if asked["waiting_for_a_person"] != waiting:
                waiting = asked["waiting_for_a_person"]
                on_waiting(waiting)
        return self._checked(asked)

    def released(self, question_id: str) -> Result:
        """Get a release again: its receipts may have more cosignatures by now. Raises as `ask` does."""
        return self._checked(self._call("GET", f"/questions/{question_id}"))

    def with_sidecar(self, result: Result) -> Result:
        """Fetch what proves a release without the hub, and check it; an older hub has none.

        Raises AskError, and NotProvenError where it proves another table.
        """
        release = result.release
        try:
            found = self._client.get(f"/questions/{release.question_id}/releases/{release.number}/sidecar")
            found.raise_for_status()
            sidecar = Sidecar.parse(found.text)
            sidecar.verify(Policy.of(self._verifier))
        except httpx.HTTPError:
            return result
        except AuditError as error:
            raise _not_proven(str(error)) from None
        if sidecar.release != release_text(release).encode():
            raise _not_proven("the sidecar is that of another table")
        return replace(result, sidecar=sidecar)

    def get(self, path: str) -> Any:
        """Return the JSON at a path of the API. Raises AskError."""
        return self._call("GET", path)

    def file(self, path: str, **params: str) -> bytes:
        """Return the file at a path of the API. Raises AskError."""
        return self._answer("GET", path, params=params).content

    def _call(self, method: str, path: str, **options: Any) -> Any:
        response = self._answer(method, path, **options)
        try:
            return strict_json(response.content)
        except ValueError as error:
            raise AskError(
                f"The hub's reply cannot be read: {error}.", remedy="Tell the hub's operator."
            ) from None

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise AskError(
                f"The hub at {self._client.base_url.host}:{self._client.base_url.port} cannot be reached "
                f"({type(error).__name__}).",
                remedy=way_out(error, "Is it running? `safelane demo` starts the demo region."),
            ) from None
        if not response.is_success:
            raise _refusal(response)
        return response

    def _checked(self, asked: Mapping[str, Any]) -> Result:
        try:
            release = release_from_json(asked["release"])
            first = self._entry(asked["asked"], Asked)
            last = self._entry(asked["released"], Released)
            opening = Opening(RESULT, bytes.fromhex(asked["opening"]["salt"]), release_text(release).encode())
            opening.verify(last[1].result)
        except (AuditError, KeyError, TypeError, ValueError) as error:
            raise _not_proven(str(error)) from None
        if not first[1].question_id == last[1].question_id == release.question_id == asked["id"]:
            raise _not_proven("the receipts are those of another question")
        if last[1].asked_index != first[0]:
            raise _not_proven("the release does not follow from the question")
        return Result(release, self._verifier.key.name, first[0], last[0], asked["asked"]["proof"])

    def _entry(self, receipt: Mapping[str, str], kind: type[Any]) -> tuple[int, Any]:
        entry = parse_base64(receipt["entry"], "log entry")
        proof = Receipt.parse(receipt["proof"])
        proof.verify(entry, Policy.of(self._verifier))
        event = decode(entry)
        if not isinstance(event, kind):
            raise _not_proven("a receipt proves another kind of entry")
        return proof.index, event

    def close(self) -> None:
        self._client.close()


def _not_proven(why: str) -> NotProvenError:
    return NotProvenError(
        f"The hub's receipts do not prove its answer: {why}.",
        remedy="Do not use the table. Keep this message and tell an auditor.",
    )


def _refusal(response: httpx.Response) -> AskError:
    try:
        body = strict_json(response.content)
        detail, remedy = str(body["detail"]), str(body.get("remedy", ""))
        if "faults" in body and isinstance(body["faults"], dict):
            detail += f" {body['faults']}"
    except (ValueError, KeyError, TypeError):
        detail, remedy = f"The hub said {response.status_code} {response.reason_phrase}.", ""
    return AskError(detail, remedy=remedy)
