"""Whatever the OpenAPI description allows, and what it forbids: no 5xx, and nothing that is not described."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, core, given, settings
from hypothesis.internal.conjecture import engine
from hypothesis.strategies._internal import collections
from limits import parse
from regions import Region
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from gateway.api import wrong_tokens
from gateway.http.signatures import Call, Here, sign_call

EXAMPLES = 10  # of each operation, the same in every run; `make explore` draws others, `make fuzz` many more
ANY_WORD = {"type": "string", "minLength": 1}
CHANGED = (
    (core, "RepresentationPrinter"),
    (core, "BUFFER_SIZE"),
    (engine, "BUFFER_SIZE"),
    (collections, "BUFFER_SIZE"),
)
"""What schemathesis changes in hypothesis: inputs may be larger, and a failure no longer names its input."""


@pytest.fixture(scope="module", autouse=True)
def _only_here() -> Iterator[None]:
    """So that tests of other files draw what they draw without it, and name it where they fail."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in CHANGED:
            patch.setattr(module, name, getattr(module, name, None), raising=False)
        # It shows many wrong tokens, each of which must be a 401; that they are slowed is tested apart.
        patch.setattr(wrong_tokens, "WRONG", parse("6000 per minute"))
        yield


@pytest.mark.hypothesis  # which draws inside of the test, where pytest does not see it
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_breaks_the_hub(region: Region, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(_signed_by_us(region.analyst.get("/openapi.json").json(), mode))
    schema.config.update(base_url=region.url)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 7

    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
            continue
        if operation.path.startswith("/federation"):
            _ask_anything(operation, mode, auth=SignedRequests(region))
        else:
            token = region.tokens["auditor" if operation.path.startswith("/api/v1/audit") else "analyst"]
            _ask_anything(operation, mode, headers={"Authorization": f"Bearer {token}"})

    assert region.analyst.get("/api/v1/members").status_code == 200


def _signed_by_us(description: dict[str, Any], mode: GenerationMode) -> dict[str, Any]:
    """That an unsigned call opens nothing is tested apart: here every call of the federation is signed.

    A request that is wrong must be wrong elsewhere than in its token, since the token is ours in any case.
    """
    for path, operations in description["paths"].items():
        if path.startswith("/federation") or mode is GenerationMode.NEGATIVE:
            for method in operations.keys() - {"parameters"}:
                operations[method]["security"] = []
    return description


def _can_be_wrong(operation: "schemathesis.APIOperation") -> bool:
    """Whether it takes more than words in its path that may be any. Wrong tokens are tested apart."""
    words = [p for p in operation.iter_parameters() if p.definition["schema"] != ANY_WORD]
    return bool([*words, *operation.body])


class SignedRequests(AuthBase):
    """Whatever is sent, a member has signed it."""

    def __init__(self, region: Region) -> None:
        self._region = region

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        request.headers.setdefault("Content-Type", "application/octet-stream")
        call = Call(request.method, request.url, request.headers)
        hub = self._region.hub
        sign_call(call, body, self._region.members["KH"].caller, Here(hub.log.origin, hub.clock.now()))
        return request


def _ask_anything(operation: "schemathesis.APIOperation", mode: GenerationMode, **who: Any) -> None:
    excluded = [CHECKS.get_one("positive_data_acceptance")]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        for place in (case.query, case.body):  # a long poll is no fault, but takes its time
            if isinstance(place, dict) and isinstance(place.get("wait"), int | float):
                place["wait"] = min(place["wait"], 0)
        response = case.call(timeout=40, **who)
        if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return  # refused by its size before anything in it was looked at
        # Which words the dictionary knows is not in the description: a well-formed question may be refused.
        case.validate_response(response, excluded_checks=excluded)

    ask()
