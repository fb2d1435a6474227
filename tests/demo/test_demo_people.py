"""The demo has people that can sign in at once, and what they sign in with is for its owner's eyes only."""

import re
import stat

import httpx
import pytest

pytestmark = pytest.mark.processes


def test_the_demos_people_sign_in_on_the_pages(demo) -> None:
    told = demo.safelane("demo", "--people").stdout.splitlines()
    people = [(told[n].split()[0], told[n + 1].split()) for n in range(0, len(told), 2)]
    assert len(people) == 5

    for address, words in people[:1] + people[-1:]:
        url = address.removesuffix("/sign-in")
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as browser:
            form = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
            assert form is not None
            fields = {"form": form[1], "name": words[1], "passphrase": words[3], "code": words[5]}
            entered = browser.post("/sign-in", data={**fields, "next": "/account"})
            assert entered.status_code == 303, entered.text
            assert words[1] in browser.get("/account").text


def test_their_secrets_are_readable_by_the_owner_only(demo) -> None:
    assert stat.S_IMODE((demo.directory / "people.json").stat().st_mode) == 0o600
