"""Signing in through a directory: a real OpenID provider, and a provider that lies in every known way."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from entrances import Browser, House, hub_house
from lying_directory import CLIENT, SUBJECT, LyingDirectory, lying_directory, new_key
from simulation import HandClock

from audit.events.account_events import AccessRefused, AccountOpened, SignedIn
from gateway.accounts import managing
from gateway.accounts.invitations import invite
from gateway.accounts.model import Offer, Role
from gateway.api.browsers import FLOW, SESSION
from gateway.http.oidc import Client, DirectoryError, OidcDirectory

OFFER = Offer("ana@ministry.example", "ARMAC", Role.ANALYST)
RETURN = "/sign-in/directory/return"


class RealClock(HandClock):
    """For a provider with real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """oidc-provider-mock, as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output = (tmp_path_factory.mktemp("provider") / "output").open("wb")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
    ]
    with output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        try:
            yield url
        finally:
            process.terminate()


def test_a_real_provider_lets_in_whom_the_operator_invited(provider: str, tmp_path: Path) -> None:
    directory = OidcDirectory(Client(provider, CLIENT, "a secret", "the ministry"), RealClock())
    with hub_house(tmp_path, provider=directory) as house:
        house.clock.time = datetime.now(UTC)
        code = invite(house.entrance, "op", OFFER)
        newcomer = house.browser()
        page = newcomer.post("/invitation/directory", {"invitation": code}, page="/invitation").text
        accepted = newcomer.get(_at_provider(_link(page), "ana"))
        again = house.browser()
        out = _go(again, "/account")
        entered = again.get(_at_provider(out, "ana"))
        stranger = house.browser()
        refused = stranger.get(_at_provider(_go(stranger), "ben"))

        assert accepted.status_code == entered.status_code == 303
        assert entered.headers["Location"] == "/account"
        assert newcomer.is_signed_in
        assert "ana@ministry.example" in again.get("/account").text
        assert refused.status_code == 401
        assert not stranger.is_signed_in
        means = [e.means for e in house.events() if isinstance(e, AccountOpened | SignedIn)]
        assert means == ["directory"] * 3


def test_a_provider_that_is_refused_by_the_person_lets_nobody_in(provider: str, tmp_path: Path) -> None:
    directory = OidcDirectory(Client(provider, CLIENT, "", "the ministry"), RealClock())
    with hub_house(tmp_path, provider=directory) as house:
        browser = house.browser()
        out = _go(browser)
        back = httpx.post(out, data={"action": "deny"}, trust_env=False).headers["Location"]

        assert browser.get(_path(back)).status_code == 401


@pytest.fixture
def lying(tmp_path: Path) -> Iterator[tuple[House, LyingDirectory]]:
    """A hub whose directory may lie; one person has an account through the directory."""
    clock = HandClock()
    with lying_directory(clock) as directory:
        client = OidcDirectory(Client(directory.url, CLIENT, "secret", "the ministry"), clock)
        with hub_house(tmp_path, provider=client) as house:
            clock.time = house.clock.time
            browser = house.browser()
            code = invite(house.entrance, "op", OFFER)
            page = browser.post("/invitation/directory", {"invitation": code}, page="/invitation").text
            assert _come_back(browser, directory, _link(page)).status_code == 303
            yield house, directory


def test_an_honest_answer_lets_in(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    browser = house.browser()

    assert _sign_in(browser, directory).status_code == 303
    assert browser.is_signed_in
    assert all(directory.verified), "every code came with the verifier of its challenge (PKCE)"


LIES = {
    "issuer": {"iss": "https://other.example"},
    "audience": {"aud": "another-client"},
    "audiences": {"aud": [CLIENT, "another-client"]},
    "no audience": {"aud": None},
    "authorised party": {"azp": "another-client"},
    "nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "half a character": {"nonce": "\ud800"},
    "expired": {"exp": 1},
    "no expiry": {"exp": None},
    "issued in the future": {"iat": 4_000_000_000},
    "issued never": {"iat": None},
    "issued as text": {"iat": "now"},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "another subject": {"sub": "somebody-else"},
    "subject of another kind": {"sub": 17},
    "subject that no database keeps": {"sub": "a\0b"},
    "issuer of another kind": {"iss": ["a"]},
    "a time beyond all numbers": {"exp": 10**400},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_lets_nobody_in_and_is_logged(lying: tuple[House, LyingDirectory], lie: str) -> None:
    house, directory = lying
    directory.claims = LIES[lie]
    _refused(house, directory)


@pytest.mark.parametrize("forged", ["unsigned", "signed_with_the_public_key", "changed"])
def test_a_forged_token_lets_nobody_in(lying: tuple[House, LyingDirectory], forged: str) -> None:
    house, directory = lying
    directory.sign = getattr(directory, forged)
    _refused(house, directory)


def test_a_key_that_is_not_the_providers_lets_nobody_in(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    other = new_key()
    directory.sign = lambda claims: directory.signed_by(other, claims)
    _refused(house, directory)


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 50_000, "....", "{}"])
def test_what_is_no_token_lets_nobody_in(lying: tuple[House, LyingDirectory], token: str) -> None:
    house, directory = lying
    directory.sign = lambda _: token
    _refused(house, directory)


@pytest.mark.parametrize(
    "query",
    [
        {"state": "of-another-browser"},
        {"state": ""},
        {"iss": "https://other.example"},
        {"error": "access_denied"},
        {"code": None},
    ],
    ids=lambda query: next(iter(query)),
)
def test_an_answer_that_was_not_asked_for_is_refused(
    lying: tuple[House, LyingDirectory], query: dict[str, str | None]
) -> None:
    house, directory = lying
    browser = house.browser()
    out = _go(browser)

    assert _come_back(browser, directory, out, **query).status_code == 401
    assert not browser.is_signed_in


def test_an_answer_in_another_browser_is_refused(lying: tuple[House, LyingDirectory]) -> None:
    """Otherwise somebody could be signed in as somebody else without noticing."""
    house, directory = lying
    attacker, victim = house.browser(), house.browser()
    out = _go(attacker)

    assert _come_back(victim, directory, out).status_code == 401
    assert not victim.is_signed_in


def test_an_answer_counts_once_and_for_ten_minutes(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    browser = house.browser()
    out = _go(browser)
    assert _come_back(browser, directory, out).status_code == 303
    assert _come_back(browser, directory, out).status_code == 401

    late = house.browser()
    out = _go(late)
    house.clock.move(minutes=11)
    assert _come_back(late, directory, out).status_code == 401


def test_a_changed_cookie_of_the_way_is_refused(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    browser = house.browser()
    out = _go(browser)
    name = house.cookie(FLOW)
    kept = browser.client.cookies[name]
    browser.client.cookies.set(name, kept[:-2] + "00", domain="127.0.0.1", path="/")

    assert _come_back(browser, directory, out).status_code == 401


def test_a_closed_account_is_not_let_in_by_its_directory(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    managing.disable(house.accounts, "op", OFFER.name)

    assert _sign_in(house.browser(), directory).status_code == 401


def test_one_person_of_a_directory_has_one_account(lying: tuple[House, LyingDirectory]) -> None:
    house, directory = lying
    code = invite(house.entrance, "op", Offer("second@ministry.example", "ARMAC", Role.AUDITOR))
    browser = house.browser()
    page = browser.post("/invitation/directory", {"invitation": code}, page="/invitation").text

    assert _come_back(browser, directory, _link(page)).status_code == 409


def test_a_person_of_a_directory_has_no_passphrase_to_guess(lying: tuple[House, LyingDirectory]) -> None:
    house, _ = lying
    fields = {"name": OFFER.name, "passphrase": "", "code": "000000"}

    assert house.browser().post("/sign-in", fields, page="/sign-in").status_code == 401


def test_a_provider_that_names_another_issuer_is_not_used(tmp_path: Path) -> None:
    clock = HandClock()
    with lying_directory(clock) as directory:
        directory.discovery = {"issuer": "https://other.example"}
        client = OidcDirectory(Client(directory.url, CLIENT, "", "the ministry"), clock)
        with hub_house(tmp_path, provider=client) as house:
            assert _start(house.browser()).status_code == 401


def test_a_link_of_somebody_else_begins_no_sign_in(lying: tuple[House, LyingDirectory]) -> None:
    house, _ = lying
    browser = house.browser()
    assert browser.get("/sign-in/directory").status_code == 405
    assert browser.client.post("/sign-in/directory", data={"next": "/"}).status_code == 403
    assert house.cookie(FLOW) not in browser.client.cookies


@pytest.mark.parametrize("address", ["http://ministry.example", "ftp://ministry.example", "ministry.example"])
def test_a_provider_without_tls_is_not_taken(address: str) -> None:
    with pytest.raises(DirectoryError) as refused:
        OidcDirectory(Client(address, CLIENT, "", "the ministry"), HandClock())

    assert "oidc_issuer" in refused.value.remedy


def test_a_provider_asks_for_assurance_where_the_operator_wants_it(tmp_path: Path) -> None:
    clock = HandClock()
    with lying_directory(clock) as directory:
        client = OidcDirectory(Client(directory.url, CLIENT, "", "the ministry", acr="two-factors"), clock)
        with hub_house(tmp_path, provider=client) as house:
            clock.time = house.clock.time
            browser = house.browser()
            fields = {"invitation": invite(house.entrance, "op", OFFER)}
            page = browser.post("/invitation/directory", fields, page="/invitation").text
            assert "acr_values=two-factors" in _link(page)

            assert _come_back(browser, directory, _link(page)).status_code == 401
            directory.claims = {"acr": "two-factors"}
            fields = {"invitation": invite(house.entrance, "op", OFFER)}
            page = browser.post("/invitation/directory", fields, page="/invitation").text
            assert _come_back(browser, directory, _link(page)).status_code == 303


def _refused(house: House, directory: LyingDirectory) -> None:
    browser = house.browser()

    response = _sign_in(browser, directory)

    assert response.status_code == 401
    assert house.cookie(SESSION) not in browser.client.cookies
    assert SUBJECT not in response.text
    last = house.events()[-1]
    assert isinstance(last, AccessRefused)
    assert last.reason.startswith("directory-")


def _start(browser: Browser, target: str = "/") -> httpx.Response:
    return browser.post("/sign-in/directory", {"next": target}, page="/sign-in")


def _go(browser: Browser, target: str = "/") -> str:
    """The address of the provider that the page after the form leads to, by itself or by a click."""
    page = _start(browser, target).text
    assert f'content="0; url={escape(_link(page))}"' in page
    return _link(page)


def _sign_in(browser: Browser, directory: LyingDirectory) -> httpx.Response:
    return _come_back(browser, directory, _go(browser))


def _come_back(
    browser: Browser, directory: LyingDirectory, address: str, **changed: str | None
) -> httpx.Response:
    """The provider's response once the person has signed in there, with parts of the answer changed."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    directory.nonce, directory.challenge = asked["nonce"], asked["code_challenge"]
    query = {"code": "a-code", "state": asked["state"], **changed}
    return browser.get(RETURN, params={k: v for k, v in query.items() if v is not None})


def _at_provider(address: str, subject: str) -> str:
    """The redirect of the real provider after signing in."""
    reply = httpx.post(address, data={"sub": subject}, trust_env=False)
    return _path(reply.headers["Location"])


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def _link(page: str) -> str:
    """The link on the page that leads to the provider."""
    return page.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
