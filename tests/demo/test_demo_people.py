"""The demo has people that can sign in at once, and what they sign in with is for its owner's eyes only."""

import re
import stat
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gateway.demo.sign_in_links import LIFETIME, new_links

pytestmark = pytest.mark.processes


def test_the_demos_people_sign_in_on_the_pages(demo) -> None:
    reported = demo.safelane("demo", "--people").stdout.splitlines()
    people = [(reported[n].split()[0], reported[n + 1].split()) for n in range(0, len(reported), 3)]
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


def test_a_link_opens_one_desk_once(demo) -> None:
    links = {
        link.person.role: link.address for link in new_links(demo.directory) if link.person.place == "hub"
    }
    with httpx.Client(trust_env=False, timeout=60) as browser:
        entered = browser.get(links["analyst"], follow_redirects=True)
        assert entered.status_code == 200
        assert "ana@armac.example" in entered.text
    with httpx.Client(trust_env=False, timeout=60) as stranger:
        assert stranger.get(links["analyst"]).status_code == 410
        assert stranger.get(links["analyst"].rpartition("/")[0] + "/guessed").status_code == 410


def test_a_link_ends_after_its_hour(demo) -> None:
    links = list(new_links(demo.directory, now=datetime.now(UTC) - LIFETIME - timedelta(seconds=1)))

    assert httpx.get(links[0].address, trust_env=False).status_code == 410


def test_hub_and_nodes_have_no_such_door(demo) -> None:
    link = next(iter(new_links(demo.directory)))
    url = (demo.directory / "hub" / "address").read_text("ascii").strip()

    found = httpx.get(f"{url}/{link.address.rpartition('/')[2]}", trust_env=False)

    assert found.status_code == 404
    assert not found.cookies
