"""Headers that every response has, and content that no page shows."""

import re

import pytest
from entrances import House

from audit.formats.tiles import Bundle, parse_bundle
from gateway.accounts.invitations import invite
from gateway.accounts.model import Offer, Role

ANSWERS = (
    "/sign-in",
    "/invitation",
    "/account",
    "/nowhere",
    "/api/v1/questions",
    "/api/v1/nowhere",
    "/log/checkpoint",
    "/healthz",
    "/openapi.json",
    "/assets/safelane.css",
)


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST)


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_the_headers_that_browsers_need(house: House, path: str) -> None:
    headers = house.browser().get(path).headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert not any("unsafe" in value or "http" in value or "*" in value for value in policy.values())
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert not [name for name in headers if name.lower().startswith("access-control-")]
    if path not in {"/log/checkpoint", "/assets/safelane.css"}:
        assert headers["Cache-Control"] == "no-store"


def scripts(page: str) -> list[str]:
    """The text after the beginning of every script element, to the end of its line."""
    return re.findall(r"<script(.*)", page)


def test_a_refusal_that_is_drawn_as_a_page_may_have_its_style(house: House) -> None:
    drawn = house.browser(Accept="text/html").get("/nowhere")

    assert drawn.status_code == 404
    assert "style-src 'self'" in drawn.headers["Content-Security-Policy"]


def test_no_page_has_a_script_in_it_or_anything_from_elsewhere(house: House, ana) -> None:
    browser = house.signed_in(ana)
    for path in ("/sign-in", "/invitation", "/account", "/account/credentials"):
        page = browser.get(path).text
        assert all(re.fullmatch(r' src="/assets/[^"]+" defer></script>', tag) for tag in scripts(page))
        assert not re.search(r"\son\w+=|style=|javascript:", page)
        assert not re.search(r'(src|href|action)="(https?:)?//', page)


def test_what_somebody_typed_is_drawn_as_text(house: House, ana) -> None:
    browser = house.signed_in(ana)
    label = '"><script>alert(1)</script>'

    browser.post("/account/tokens", {"label": label, "scope": "ask", "days": "9"}, page="/account")
    page = browser.get("/account").text

    assert label not in page
    assert "&lt;script&gt;" in page


def test_passphrases_are_masked_and_may_be_filled_in(house: House, ana) -> None:
    code = invite(house.entrance, "op", Offer("ben@armac.example", "ARMAC", Role.ANALYST))
    browser = house.signed_in(ana)
    pages = [
        browser.get("/sign-in").text,
        browser.get("/account/credentials").text,
        browser.post("/invitation", {"invitation": code}, page="/invitation").text,
    ]
    for page in pages:
        fields = re.findall(r'<input[^>]*name="(?:passphrase|passphrase_again|current)"[^>]*>', page)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(new|current)-password"', field)


def test_every_field_of_every_page_has_a_label(house: House, ana) -> None:
    browser = house.signed_in(ana)
    for path in ("/sign-in", "/invitation", "/account", "/account/credentials"):
        page = browser.get(path).text
        labelled = set(re.findall(r'<label for="([^"]+)"', page))
        fields = re.findall(r"<input(?![^>]*type=\"(?:hidden|checkbox)\")[^>]*>", page)
        assert {re.search(r'id="([^"]+)"', field)[1] for field in fields} <= labelled  # type: ignore[index]
        assert page.count("<h1>") == 1
        assert '<html lang="en">' in page


def test_no_address_answers_to_methods_that_nobody_needs(house: House) -> None:
    for method in ("TRACE", "CONNECT", "PUT", "PATCH", "DELETE"):
        for path in ("/", "/sign-in", "/healthz", "/openapi.json", "/api/v1/members"):
            assert house.browser().client.request(method, path).status_code in (404, 405), (method, path)


def test_signing_out_is_on_every_page_of_somebody(house: House, ana) -> None:
    browser = house.signed_in(ana)

    for path in ("/account", "/account/credentials"):
        assert 'action="/sign-out"' in browser.get(path).text


def test_no_address_of_ours_carries_a_secret(house: House, ana) -> None:
    code = invite(house.entrance, "op", Offer("ben@armac.example", "ARMAC", Role.ANALYST))
    browser = house.browser()
    shown = browser.post("/invitation", {"invitation": code}, page="/invitation")
    entered = browser.sign_in(ana)

    assert "sli_" not in str(shown.url)
    assert "sls_" not in entered.headers["Location"]
    assert not re.search(r'(href|action)="[^"]*sl[a-z]_', shown.text)


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
def test_a_refusal_of_the_api_is_a_problem_and_of_a_page_a_page(house: House, accept: str) -> None:
    browser = house.browser(Accept=accept)

    api, page = browser.get("/api/v1/questions"), browser.client.post("/sign-in", data={})

    assert api.headers["Content-Type"] == "application/problem+json"
    assert page.headers["Content-Type"].startswith("text/html")
    assert "WWW-Authenticate" not in page.headers


def test_an_unexpected_error_discloses_nothing_and_opens_nothing(house: House, ana) -> None:
    browser = house.signed_in(ana)
    secret = "a value that was in the exception"

    def broken() -> str:
        raise RuntimeError(secret)

    house.app.view_functions["web-account.show"] = broken

    page = browser.get("/account")

    assert page.status_code == 500
    assert secret not in page.text
    assert "Traceback" not in page.text


def test_entry_bundles_of_the_log_are_packed_for_who_asks(house: House) -> None:
    browser = house.browser()
    size = int(browser.get("/log/checkpoint").text.splitlines()[1])
    path = f"/log/tile/entries/000.p/{size}"
    plain = browser.get(path, headers={"Accept-Encoding": "identity"})
    packed = browser.get(path, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert len(parse_bundle(Bundle(0, size), plain.content)) == size
    assert int(packed.headers["Content-Length"]) < len(plain.content)
