"""A node's way to the hub for counting once (`gateway.member.count_turns.CountLink`): lists go in pieces."""

from http import HTTPStatus
from typing import Any

import httpx
import structlog

from audit.encoding import parse_base64, to_base64
from audit.errors import AuditError
from gateway.http.link import REPLY_SECONDS, Signatures, federation_client, refusal
from gateway.member.errors import LinkError
from gateway.wire.count_calls import PIECE_BYTES, CountCalls, Step, count_calls_from_json

log = structlog.get_logger()

# The hub has understood and will not change its mind: sending again would be in vain.
_FINAL = {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}


class HttpCountLink:
    """Keeps one connection to the hub open. Not for several threads at once."""

    def __init__(self, url: str, signatures: Signatures) -> None:
        self._client = federation_client(url, signatures)

    def runs(self, seen_size: int) -> CountCalls:
        return count_calls_from_json(self._post("/counts", {"seen_size": seen_size}).json())

    def fetch(self, run_id: str, owner: str, step: Step) -> bytes:
        data = b""
        while True:
            wanted = {"member": owner, "start": len(data), "step": step.value}
            body = self._post(f"/counts/{run_id}/entries", wanted).json()
            try:
                piece, whole = parse_base64(body["data"], "piece of a list"), int(body["bytes"])
            except (AuditError, KeyError, TypeError, ValueError):
                raise LinkError("A list that the hub sent is not in the form of one.") from None
            data += piece
            if len(data) >= whole or not piece:
                return data

    def hand_in(self, run_id: str, step: Step, note: str, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            piece = to_base64(data[start : start + PIECE_BYTES])
            body = {"data": piece, "start": start, "step": step.value}
            if not self._final(self._post(f"/counts/{run_id}/pieces", body, _FINAL)):
                return
        self._final(self._post(f"/counts/{run_id}/steps", {"note": note, "step": step.value}, _FINAL))

    def _final(self, response: httpx.Response) -> bool:
        if not response.is_success:
            log.warning("step of a count not kept by the hub", status=response.status_code)
        return response.is_success

    def _post(self, path: str, body: dict[str, Any], accept: set[HTTPStatus] | None = None) -> httpx.Response:
        try:
            response = self._client.post(path, json=body, timeout=4 * REPLY_SECONDS)
        except httpx.HTTPError as error:
            raise LinkError(f"The hub cannot be reached ({type(error).__name__}: {error}).") from None
        if not response.is_success and response.status_code not in (accept or set()):
            raise refusal(response, path)
        return response

    def close(self) -> None:
        self._client.close()
