"""A body that nobody can handle is a 400, signed in, signed or neither: it reaches no view, and is no 500."""

from itertools import product

import httpx
from entrances import node_house
from regions import Region

from gateway.http.signatures import Call, Here, sign_call

BODIES = {
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a field that is deep": b'{"where": ' + b"[" * 900 + b"]" * 900 + b"}",
    "20,000 digits": b'{"deadline": ' + b"9" * 20_000 + b"}",
    "no number": b'{"deadline": NaN}',
    "half a body": b'{"where": ',
}
STRANGERS = ("/api/v1/questions", "/federation/v2/poll", "/federation/v2/applications")
JSON = {"Content-Type": "application/json"}


def test_the_hub_says_400_to_whoever_may_call(region: Region) -> None:
    description = region.analyst.get("/openapi.json").json()["paths"]
    paths = [
        path.replace("{number}", "1") for path, operations in description.items() if "post" in operations
    ]
    assert {"/api/v1/questions", "/federation/v2/answers", "/federation/v2/applications"} <= set(paths)
    for path, body in product(paths, BODIES.values()):
        headers = dict(JSON)
        if path.startswith("/federation"):
            call = Call("POST", f"{region.url}{path}", headers)
            caller, hub = region.members["KH"].caller, region.hub
            sign_call(call, body, caller, Here(hub.log.origin, hub.clock.now()))
            reply = httpx.post(f"{region.url}{path}", content=body, headers=headers, trust_env=False)
        else:
            reply = region.analyst.post(path, content=body, headers=headers)
        too_large = path.startswith("/api/") and len(body) > 64 * 1024
        assert reply.status_code == (413 if too_large else 400), path
        assert reply.headers["Content-Type"] == "application/problem+json"


def test_a_stranger_learns_no_more(region: Region) -> None:
    for body, path in product(BODIES.values(), STRANGERS):
        reply = httpx.post(f"{region.url}{path}", content=body, headers=JSON, trust_env=False)
        assert reply.status_code in (400, 401, 413), path


def test_numbers_in_addresses_may_be_of_any_length(region: Region, tmp_path) -> None:
    long = "9" * 20_000
    for path in (f"/api/v1/questions/q-1/releases/{long}/data", f"/api/v1/audit/entries/{long}"):
        assert region.auditor.get(path).status_code in (403, 404, 422)
    assert region.auditor.get(f"/api/v1/audit/entries?start={long}").status_code == 422
    with node_house(tmp_path / "node") as house:
        for path in (f"/audit/entries/{long}", f"/audit/entries?start={long}"):
            assert house.browser().get(path).status_code < 500
