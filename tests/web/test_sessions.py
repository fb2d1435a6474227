"""Sessions over HTTP: ended by us at any time, and worthless when planted, stolen or changed."""

import pytest
from entrances import Browser, House, hub_house

from audit.events.account_events import AccessRefused, SessionsEnded
from gateway.accounts import managing, sessions
from gateway.accounts.model import Role
from gateway.api.browsers import BROWSER, SESSION, VISIT, Place, address
from gateway.api.browsers import KEY as PLACE
from gateway.http.proxies import ON_THIS_MACHINE, Proxies


@pytest.fixture
def ana(house: House):
    return house.person("ana@armac.example", Role.ANALYST)


def test_signing_in_makes_a_new_session_whatever_the_browser_brought(house: House, ana) -> None:
    browser = house.browser()
    browser.client.cookies.set(
        house.cookie(SESSION), "sls_planted-by-somebody-else", domain="127.0.0.1", path="/"
    )

    browser.sign_in(ana)

    planted = house.browser()
    planted.client.cookies.set(
        house.cookie(SESSION), "sls_planted-by-somebody-else", domain="127.0.0.1", path="/"
    )
    assert browser.is_signed_in
    assert not planted.is_signed_in


def test_signing_in_again_ends_the_session_before(house: House, ana) -> None:
    browser = house.signed_in(ana)
    former = browser.client.cookies[house.cookie(SESSION)]

    browser.sign_in(ana)

    thief = house.browser()
    thief.client.cookies.set(house.cookie(SESSION), former, domain="127.0.0.1", path="/")
    assert browser.client.cookies[house.cookie(SESSION)] != former
    assert not thief.is_signed_in


def test_signing_out_ends_the_session_here_and_not_only_in_the_browser(house: House, ana) -> None:
    browser = house.signed_in(ana)
    stolen = browser.client.cookies[house.cookie(SESSION)]

    left = browser.post("/sign-out", {}, page="/account")

    thief = house.browser()
    thief.client.cookies.set(house.cookie(SESSION), stolen, domain="127.0.0.1", path="/")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert not thief.is_signed_in
    assert isinstance(house.events()[-1], AccessRefused)


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + "x", lambda s: s.swapcase(), lambda _: ""]
)
def test_a_tampered_cookie_opens_nothing(house: House, ana, change) -> None:
    browser = house.signed_in(ana)
    browser.client.cookies.set(
        house.cookie(SESSION),
        change(browser.client.cookies[house.cookie(SESSION)]),
        domain="127.0.0.1",
        path="/",
    )

    assert browser.get("/account").status_code in {303, 307}


def test_a_session_ends_when_it_is_not_used(house: House, ana) -> None:
    browser = house.signed_in(ana)
    house.clock.move(seconds=sessions.IDLE.total_seconds() - 1)
    assert browser.is_signed_in

    house.clock.move(seconds=sessions.IDLE.total_seconds() + 1)

    assert not browser.is_signed_in


def test_a_session_ends_after_half_a_day_however_much_it_is_used(house: House, ana) -> None:
    browser = house.signed_in(ana)
    for _ in range(48):
        house.clock.move(minutes=15)
        browser.get("/account")

    house.clock.move(minutes=1)

    assert not browser.is_signed_in


def test_another_session_is_ended_at_once(house: House, ana) -> None:
    home, office = house.signed_in(ana), house.signed_in(ana)
    (other,) = sessions.open_sessions(house.accounts, ana.name)[1:]

    home_listed = office.get("/account").text
    office.post("/account/sessions/end", {"session": other.id}, page="/account")

    assert home_listed.count("Firefox on Linux") >= 2
    assert office.is_signed_in
    assert not home.is_signed_in
    assert isinstance(house.events()[-2], SessionsEnded)


def test_ending_others_needs_a_sign_in_of_just_now(house: House, ana) -> None:
    """A person who finds a browser left open does not sign its owner out elsewhere."""
    home, office = house.signed_in(ana), house.signed_in(ana)
    house.clock.move(seconds=sessions.FRESH.total_seconds() + 1)

    sent_away = office.post("/account/sessions/end", {}, page="/account")

    assert sent_away.headers["Location"] == "/sign-in?next=%2Faccount&again=1"
    assert home.is_signed_in


def test_all_others_are_ended_at_once(house: House, ana) -> None:
    many = [house.signed_in(ana) for _ in range(3)]

    many[-1].post("/account/sessions/end", {}, page="/account")

    assert [browser.is_signed_in for browser in many] == [False, False, True]


def test_somebody_elses_session_cannot_be_ended(house: House, ana) -> None:
    ben = house.person("ben@armac.example", Role.ANALYST)
    own, others = house.signed_in(ana), house.signed_in(ben)
    (target,) = sessions.open_sessions(house.accounts, ben.name)

    refused = own.post("/account/sessions/end", {"session": target.id}, page="/account")
    unknown = own.post("/account/sessions/end", {"session": "0" * 12}, page="/account")

    assert refused.status_code == unknown.status_code == 404
    assert others.is_signed_in
    logged = [e for e in house.events() if isinstance(e, AccessRefused)]
    assert [(e.role, e.action, e.reason) for e in logged] == [
        ("analyst", "keep-own-account", "not-there-or-not-own")
    ]


def test_a_change_of_role_in_the_middle_of_a_session_ends_it(house: House, ana) -> None:
    browser = house.signed_in(ana)
    token = browser.form_token("/account")

    managing.change_role(house.accounts, "operator", ana.name, Role.AUDITOR)

    made = {"form": token, "label": "late", "scope": "ask", "days": "9"}
    assert browser.client.post("/account/tokens", data=made).headers["Location"].startswith("/sign-in")
    assert not browser.is_signed_in


def test_a_closed_account_is_out_at_once(house: House, ana) -> None:
    browser = house.signed_in(ana)

    managing.disable(house.accounts, "operator", ana.name)

    assert not browser.is_signed_in


def test_old_sessions_give_way_to_new_ones(house: House, ana) -> None:
    first = house.signed_in(ana)
    for _ in range(sessions.MOST):
        house.signed_in(ana)

    assert not first.is_signed_in
    assert len(sessions.open_sessions(house.accounts, ana.name)) == sessions.MOST


def test_behind_a_proxy_cookies_are_for_this_host_over_tls_only(tmp_path) -> None:
    with hub_house(tmp_path, Place("https://hub.example")) as house:
        ana = house.person("ana@armac.example", Role.ANALYST)
        browser = _Proxied(house)
        entered = browser.sign_in(ana)

    cookies = entered.headers.get_list("Set-Cookie")
    kept = [c for c in cookies if "Max-Age=0" not in c]
    assert {c.partition("=")[0] for c in kept} == {f"__Host-{SESSION}", f"__Host-{BROWSER}"}
    for cookie in kept:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert "Domain" not in cookie
    assert entered.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_pages_are_served_under_their_own_name_only(house: House) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "hub.example:80", "localhost.evil.example:5000"):
        assert house.browser(Host=host).get("/sign-in").status_code == 421


def test_behind_a_proxy_only_its_own_word_counts_for_an_address(tmp_path) -> None:
    """Values that a caller writes into X-Forwarded-For come before the value that the proxy adds."""
    with hub_house(tmp_path, Place("https://hub.example")) as house:
        with house.app.test_request_context(
            environ_base={"REMOTE_ADDR": "127.0.0.1"}, headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.7"}
        ):
            from_proxy = address()
        with house.app.test_request_context(
            environ_base={"REMOTE_ADDR": "198.51.100.4"}, headers={"X-Forwarded-For": "9.9.9.9"}
        ):
            direct = address()

    assert (from_proxy, direct) == ("203.0.113.7", "198.51.100.4")


def test_a_proxy_on_another_machine_is_believed_only_when_named_and_counts_for_lockouts(tmp_path) -> None:
    named = Place("https://127.0.0.1", ON_THIS_MACHINE | Proxies.parse("192.0.2.7, 2001:db8::/64"))

    def seen(place: Place, peer: str) -> str:
        house.app.extensions[PLACE] = place
        environ = {"environ_base": {"REMOTE_ADDR": peer}, "headers": {"X-Forwarded-For": "203.0.113.7"}}
        with house.app.test_request_context(**environ):
            return address()

    def attempt(come_from: str) -> int:
        headers = {"X-Forwarded-For": come_from, "Host": "127.0.0.1"}
        sent = {
            "base_url": "https://127.0.0.1",
            "headers": headers,
            "environ_base": {"REMOTE_ADDR": "192.0.2.7"},
        }
        client = house.app.test_client()
        page = client.get("/sign-in", **sent).text
        token = page.partition('name="form" value="')[2].partition('"')[0]
        fields = {"form": token, "name": "nobody", "passphrase": "x" * 20, "code": "000000"}
        return client.post("/sign-in", data=fields, **sent).status_code

    with hub_house(tmp_path, named) as house:
        assert seen(named, "192.0.2.7") == seen(named, "2001:db8::5") == "203.0.113.7"
        assert seen(named, "192.0.2.8") == "192.0.2.8"
        assert seen(Place("https://127.0.0.1"), "192.0.2.7") == "192.0.2.7"
        assert seen(Place("https://127.0.0.1", Proxies()), "127.0.0.1") == "127.0.0.1"

        house.app.extensions[PLACE] = named
        assert [attempt("203.0.113.7") for _ in range(31)][-2:] == [401, 429]
        assert attempt("203.0.113.8") == 401


class _Proxied(Browser):
    """A browser whose cookies a client library would not send over plain HTTP: set by hand here."""

    def __init__(self, house: House) -> None:
        super().__init__(house, {"Host": "hub.example"})
        house.browsers.append(self)

    def post(self, path, fields, *, page):
        shown = self.client.get(page)
        visit = shown.headers["Set-Cookie"].partition(";")[0]
        assert visit.startswith(f"__Host-{VISIT}=")
        token = shown.text.partition('name="form" value="')[2].partition('"')[0]
        return self.client.post(path, data={"form": token, **fields}, headers={"Cookie": visit})
