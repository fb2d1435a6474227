"""Passkeys: added after a fresh sign-in, signing in alone, and refused in every altered form."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chromium import CHROMIUM, chromium
from entrances import Browser, House, Person, hub_house
from hypothesis import given, settings
from hypothesis import strategies as st
from passkey_device import PRESENT, Device

from audit.events.account_events import AccountChanged, AccountStep, SignedIn
from audit.events.events import SignInFailed
from gateway.accounts import lockout, managing
from gateway.accounts.model import Identity, Role
from gateway.accounts.sessions import FRESH
from gateway.api.app import LIMITER
from gateway.api.browsers import Place

REFUSED = "this passkey opens nothing here"
NOT_ADDED = "The passkey was not accepted"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One hub for all: each test has a person of its own, and waits until lockouts are over."""
    with hub_house(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def ana(house: House) -> Person:
    a_day_later(house)
    return house.person(f"ana{_number(house)}@x.example", Role.ANALYST)


def a_day_later(house: House) -> None:
    """Nobody's attempts count any more."""
    house.clock.move(hours=25)
    house.app.extensions[LIMITER].reset()


def _number(house: House) -> int:
    return len(house.events())


def at_localhost(house: House) -> str:
    return f"http://localhost:{urlsplit(house.url).port}"


class Visitor(Browser):
    """A browser that shows the pages under localhost, with a device that holds a passkey."""

    def __init__(self, house: House, device: Device | None = None) -> None:
        super().__init__(replace_url(house), {})
        house.browsers.append(self)
        self.device = device or Device(at_localhost(house))

    def options(self, page: str) -> tuple[dict[str, Any], str]:
        said = self.get(f"{page}/challenge").json()
        return said["options"], said["challenge"]

    def adds(self, label: str = "laptop", **altered: Any) -> Any:
        options, challenge = self.options("/account/passkeys")
        response = self.device.makes(options, **altered)
        fields = {"label": label, "response": response, "challenge": challenge}
        return self.post("/account/passkeys", fields, page="/account")

    def enters(self, **altered: Any) -> Any:
        options, challenge = self.options("/sign-in/passkey")
        return self.sends(self.device.signs(options, **altered), challenge)

    def sends(self, response: str, challenge: str) -> Any:
        fields = {"response": response, "challenge": challenge, "next": "/account"}
        return self.post("/sign-in/passkey", fields, page="/sign-in")


def replace_url(house: House) -> House:
    return replace(house, url=at_localhost(house), browsers=[])


def with_passkey(house: House, person: Person, counter: int = 0) -> Device:
    visitor = Visitor(house, Device(at_localhost(house), counter))
    assert visitor.sign_in(person).status_code == 303
    assert visitor.adds().status_code == 303
    return visitor.device


def test_a_passkey_alone_signs_in_and_the_log_names_the_means_and_no_passkey(house: House, ana) -> None:
    device = with_passkey(house, ana, counter=4)
    visitor = Visitor(house, device)

    entered = visitor.enters()

    assert entered.status_code == 303
    assert entered.headers["Location"] == "/account"
    assert ana.name in visitor.get("/account").text
    added, last = house.events()[-2:]
    assert isinstance(last, SignedIn)
    assert last.means == "passkey"
    assert isinstance(added, AccountChanged)
    assert added.step is AccountStep.PASSKEY_ADDED
    assert device.credential.hex() not in repr(house.events())


def test_several_are_kept_by_name_and_one_that_is_removed_opens_nothing(house: House, ana) -> None:
    device, other = with_passkey(house, ana), with_passkey(house, ana)
    owner = Visitor(house, other)
    assert owner.enters().status_code == 303
    with house.accounts.store.reading() as view:
        newest, oldest = view.people.passkeys_of(ana.name)
    assert newest.credential == other.credential
    assert owner.get("/account/export").json()["passkeys"][0]["label"] == "laptop"

    owner.post("/account/passkeys/remove", {"passkey": oldest.id}, page="/account")

    assert Visitor(house, device).enters().status_code == 401
    assert Visitor(house, other).enters().status_code == 303
    assert any(
        isinstance(e, AccountChanged) and e.step is AccountStep.PASSKEY_REMOVED for e in house.events()
    )
    ben = house.person(f"ben{_number(house)}@x.example", Role.ANALYST)
    thief = house.signed_in(ben)
    stolen = thief.post("/account/passkeys/remove", {"passkey": newest.id}, page="/account")
    assert stolen.status_code == 404


ALTERED = {
    "another page's origin": {"origin": "https://evil.example"},
    "another program of this machine": {"origin": "http://localhost:1"},
    "the address instead of the name": {"origin": "http://127.0.0.1"},
    "another name": {"rp": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": 0},
    "an answer for a new passkey": {"kind": "webauthn.create"},
    "a frame in another page": {"cross_origin": True},
    "another key": {"key": Device("").key},
    "another account": {"handle": b"h" * 32},
    "no account": {"handle": b""},
    "a passkey of nobody": {"credential": b"c" * 20},
}


def test_an_altered_answer_opens_nothing_and_is_logged(house: House, ana) -> None:
    device = with_passkey(house, ana)
    for name, altered in ALTERED.items():
        a_day_later(house)
        held = {key: value for key, value in altered.items() if hasattr(device, key)}
        said = {key: value for key, value in altered.items() if key not in held}

        refused = Visitor(house, replace(device, **held)).enters(**said)

        assert refused.status_code == 401, name
        assert REFUSED in refused.text
        assert isinstance(house.events()[-1], SignInFailed), name
    assert Visitor(house, device).enters().status_code == 303


def test_a_challenge_counts_once_for_five_minutes_and_for_one_use(house: House, ana) -> None:
    device = with_passkey(house, ana)
    visitor = Visitor(house, device)
    options, challenge = visitor.options("/sign-in/passkey")
    response = device.signs(options)
    assert visitor.sends(response, challenge).status_code == 303

    thief = Visitor(house, device)
    assert thief.sends(response, challenge).status_code == 401, "the same answer a second time"
    fresh, sealed = thief.options("/sign-in/passkey")
    assert thief.sends(response, sealed).status_code == 401, "an old answer for a new challenge"
    _, for_another_use = visitor.options("/account/passkeys")
    assert thief.sends(device.signs(fresh), for_another_use).status_code == 401
    for forged in ("", "00", "zz", "é", "ab" * 80):
        assert thief.sends(device.signs(fresh), forged).status_code in (401, 429)
    house.clock.move(hours=2)
    options, challenge = thief.options("/sign-in/passkey")
    house.clock.move(minutes=5)
    assert thief.sends(device.signs(options), challenge).status_code == 401, "too late"


def test_a_copy_of_a_passkey_is_found_out_by_its_counter(house: House, ana) -> None:
    device = with_passkey(house, ana, counter=4)
    copy = replace(device)
    assert Visitor(house, device).enters().status_code == 303
    house.clock.move(minutes=2)

    assert Visitor(house, copy).enters().status_code == 401

    last = house.events()[-1]
    assert isinstance(last, SignInFailed)
    assert last.reason == "copied-passkey"


def test_wrong_answers_close_the_account_as_wrong_passphrases_do(house: House, ana) -> None:
    device = with_passkey(house, ana)
    guesser = Visitor(house, replace(device, key=Device("").key))
    for _ in range(lockout.ACCOUNT.free):
        guesser.enters()

    assert Visitor(house, device).enters().status_code == 401, "even the right one: attempts are closed"
    assert house.browser().sign_in(ana).status_code == 401, "the passphrase too"
    house.clock.move(hours=1)
    assert Visitor(house, device).enters().status_code == 303


def test_a_closed_account_and_one_of_a_directory_let_no_passkey_in(house: House, ana) -> None:
    device = with_passkey(house, ana)
    managing.disable(house.accounts, "op", ana.name)

    assert Visitor(house, device).enters().status_code == 401
    assert REFUSED in Visitor(house, device).enters().text


def test_adding_one_needs_a_sign_in_of_just_now(house: House, ana) -> None:
    visitor = Visitor(house)
    visitor.sign_in(ana)
    house.clock.move(seconds=FRESH.total_seconds() + 1)

    assert visitor.get("/account/passkeys/challenge").status_code == 303
    refused = visitor.post("/account/passkeys", {"label": "x", "response": "{}"}, page="/account")
    assert refused.headers["Location"].startswith("/sign-in?")


def test_an_altered_new_passkey_is_not_kept(house: House, ana) -> None:
    visitor = Visitor(house)
    visitor.sign_in(ana)
    for altered in ({"rp": "evil.example"}, {"flags": PRESENT}, {"origin": "https://evil.example"}):
        visitor.device.origin = altered.pop("origin", at_localhost(house))

        refused = visitor.adds(**altered)

        assert refused.status_code == 422
        assert NOT_ADDED in refused.text
    with house.accounts.store.reading() as view:
        assert view.people.passkeys_of(ana.name) == []


def test_one_is_kept_once_and_for_one_account_and_needs_a_name(house: House, ana) -> None:
    device = with_passkey(house, ana)
    ben = house.person(f"ben{_number(house)}@x.example", Role.ANALYST)
    visitor = Visitor(house, replace(device))
    visitor.sign_in(ben)

    assert visitor.adds().status_code == 422
    visitor.device = Device(at_localhost(house))
    assert visitor.adds(label=" ").status_code == 422
    without_scripts = visitor.post("/account/passkeys", {"label": "x", "response": ""}, page="/account")
    assert "Your browser sent no passkey" in without_scripts.text


def test_an_address_of_numbers_is_told_plainly_that_passkeys_need_a_name(house: House, ana) -> None:
    browser = house.signed_in(ana)

    assert f"open {at_localhost(house)}" in browser.get("/account").text
    assert "data-passkey" not in house.browser().get("/sign-in").text
    assert house.browser().get("/sign-in/passkey/challenge").status_code == 422


@pytest.mark.parametrize(
    ("public", "rp"), [("https://hub.example:8443", "hub.example"), ("https://192.0.2.7", None)]
)
def test_the_name_comes_from_the_settings_and_not_from_the_host_header(
    house: House, public: str, rp: str | None
) -> None:
    from gateway.web.shared.passkey_place import relying_party  # noqa: PLC0415

    before = house.app.extensions["safelane-place"]
    house.app.extensions["safelane-place"] = Place(public)
    try:
        with house.app.test_request_context("/sign-in", headers={"Host": "evil.example"}):
            party = relying_party()
    finally:
        house.app.extensions["safelane-place"] = before
    assert (party and party.id) == rp
    assert party is None or party.origin == public


def test_a_person_of_a_directory_gets_no_passkey(house: House, ana) -> None:
    """The directory decides who of its people is let in; a passkey here would outlive its decision."""
    visitor = Visitor(house)
    visitor.sign_in(ana)
    with house.accounts.store.writing() as work:
        work.people.set_identity(ana.name, Identity("https://op.example", ana.name), because=1)
        for table in ("recovery_codes", "credentials"):
            work.people._connection.exec_driver_sql(f"DELETE FROM {table} WHERE account = '{ana.name}'")  # noqa: S608

    assert visitor.get("/account/passkeys/challenge").status_code == 422
    assert 'action="/account/passkeys"' not in visitor.get("/account").text


ODD = st.sampled_from(
    [None, True, -1, 1e308, "", "é", "AA", "\x00", [], {}, {"clientDataJSON": "AA"}, [[[]]]]
)


@settings(max_examples=40)
@given(
    changes=st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), ODD),
    cut=st.integers(0, 400),
)
def test_no_answer_breaks_the_reader(changes: dict[str, Any], cut: int) -> None:
    from gateway.accounts.errors import PasskeyRefusedError  # noqa: PLC0415
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415
    from gateway.accounts.passkeys.challenges import Challenge  # noqa: PLC0415
    from gateway.accounts.passkeys.relying_party import RelyingParty  # noqa: PLC0415

    party = RelyingParty("localhost", "http://localhost:1", "x")
    options = {"user": {"id": "aGg"}, "rp": {"id": "localhost"}, "challenge": "AAAA"}
    right = Device("http://localhost:1").makes(options)
    challenge = Challenge(b"\x00" * 32, None)  # type: ignore[arg-type]  # its end is looked at elsewhere
    for text in (json.dumps({**json.loads(right), **changes}), right[:cut], "[" * cut, "9" * (cut * 20)):
        with pytest.raises(PasskeyRefusedError):
            verifying.new_passkey(party, text, challenge)
        try:
            verifying.credential_of(text)
        except PasskeyRefusedError:
            continue


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
def test_a_real_browser_adds_one_and_signs_in_with_it(house: House, ana, tmp_path: Path) -> None:
    house.clock.move(seconds=30)
    with chromium(tmp_path / "profile") as tab:
        tab.call("WebAuthn.enable")
        able = dict.fromkeys(("hasResidentKey", "hasUserVerification", "isUserVerified"), True)
        device = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
        tab.call("WebAuthn.addVirtualAuthenticator", options=device | able)
        tab.goes_to(f"{at_localhost(house)}/sign-in?next=/account")
        tab.fills_in("/sign-in", name=ana.name, passphrase=ana.passphrase, code=ana.code(house.clock))
        tab.waits_for("location.pathname == '/account'")
        tab.fills_in("/account/passkeys", label="my laptop")
        tab.waits_for("document.body.innerText.includes('my laptop')")
        tab.fills_in("/account/passkeys", label="the same again")
        tab.waits_for("!document.querySelector('[data-passkey-known]').hidden")
        tab.fills_in("/sign-out")
        tab.waits_for("location.pathname == '/sign-in'")
        tab.fills_in("/sign-in/passkey")
        tab.waits_for("location.pathname != '/sign-in'")
        tab.goes_to(f"{at_localhost(house)}/account")
        assert "my laptop" in tab.evaluates("document.body.innerText")
        assert "never used" not in tab.evaluates(
            "document.querySelector('#passkeys').parentElement.innerText"
        )
