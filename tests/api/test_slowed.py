"""Wrong tokens and applications to join are slowed down, and nobody at the same address with them."""

import httpx
from regions import Region


def test_wrong_tokens_are_slowed_and_right_ones_of_the_same_address_are_not(region: Region) -> None:
    assert region.analyst.get("/api/v1/members").status_code == 200
    wrong = [
        httpx.get(
            f"{region.url}/api/v1/members", headers={"Authorization": f"Bearer slt_{n}"}, trust_env=False
        )
        for n in range(32)
    ]
    assert [reply.status_code for reply in wrong] == [401] * 30 + [429] * 2
    assert wrong[-1].headers["Content-Type"] == "application/problem+json"
    assert 0 < int(wrong[-1].headers["Retry-After"]) <= 60
    assert region.analyst.get("/api/v1/members").status_code == 200  # known to be right
    assert region.auditor.get("/api/v1/audit/entries").status_code == 429  # not yet: a minute later it is


def test_applications_are_at_most_thirty_a_minute(region: Region) -> None:
    replies = [
        httpx.post(f"{region.url}/federation/v2/applications", json={}, trust_env=False).status_code
        for _ in range(32)
    ]
    assert replies == [422] * 30 + [429] * 2
    assert region.analyst.get("/api/v1/members").status_code == 200
