"""Signing in over HTTP: what opens, what stays closed, and no hint which part was wrong."""

import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from entrances import WRONG, House, Person, hub_house

from audit.events.account_events import AccessRefused, SignedIn
from audit.events.events import SignInFailed
from gateway.accounts import lockout, managing
from gateway.accounts.model import Role
from gateway.api.app import LIMITER
from gateway.api.browsers import SESSION


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One hub for tests that each have a person of their own."""
    with hub_house(tmp_path_factory.mktemp("house")) as made:
        yield made


def somebody(house: House) -> Person:
    """A new person, on a day when nobody's attempts count any more."""
    house.clock.move(hours=25)
    house.app.extensions[LIMITER].reset()
    return house.person(f"ana{len(house.events())}@armac.example", Role.ANALYST)


def test_name_passphrase_and_code_open_a_session(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    browser = house.browser()

    entered = browser.sign_in(ana)

    assert entered.status_code == 303
    assert entered.headers["Location"] == "/account"
    assert "ana@armac.example" in browser.get("/account").text
    signed_in = [e for e in house.events() if isinstance(e, SignedIn)]
    assert [(e.role, e.means) for e in signed_in] == [("analyst", "passphrase")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "nobody@armac.example"},
        {"passphrase": "incorrect horse battery staple"},
        {"code": "000000"},
        {"code": ""},
        {"name": "", "passphrase": "", "code": ""},
        {"name": "ana@armac.example'--"},
        {"name": "x" * 100_000},
        {"passphrase": "correct horse battery stapl"},
        {"passphrase": "correct horse battery staple "},
        {"passphrase": "Correct horse battery staple"},
    ],
    ids=lambda wrong: next(iter(wrong)) + "=" + next(iter(wrong.values()))[:12],
)
def test_whatever_is_wrong_is_answered_in_the_same_words(shared: House, wrong: dict[str, str]) -> None:
    house = shared
    ana = somebody(house)
    browser = house.browser()

    refused = browser.sign_in(ana, **wrong)

    known = browser.sign_in(ana, passphrase="also wrong, but the account is there")
    assert refused.status_code == known.status_code == 401
    assert _without_form(refused.text) == _without_form(known.text)
    assert WRONG in refused.text
    assert house.cookie(SESSION) not in browser.client.cookies
    assert isinstance(house.events()[-1], SignInFailed)


def test_a_closed_account_is_answered_like_a_wrong_passphrase(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    managing.disable(house.accounts, "operator", ana.name)
    browser = house.browser()

    right, wrong = browser.sign_in(ana), browser.sign_in(ana, passphrase="something else entirely")

    assert right.status_code == wrong.status_code == 401
    assert _without_form(right.text) == _without_form(wrong.text)


def test_what_is_typed_as_a_name_is_never_kept(house: House) -> None:
    """People type their passphrase into the wrong field."""
    house.browser().sign_in(house.person("ana@armac.example", Role.ANALYST), name="My Secret Passphrase")

    index = len(house.events()) - 1
    assert isinstance(house.events()[index], SignInFailed)
    assert house.opening(index, "actor") == ""


def test_a_code_opens_only_once(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    assert house.browser().sign_in(ana).status_code == 303
    replayed = ana.code(house.clock)

    thief = house.browser()
    fields = {"name": ana.name, "passphrase": ana.passphrase, "code": replayed}

    assert thief.post("/sign-in", fields, page="/sign-in").status_code == 401


def test_the_code_that_opened_the_account_signs_nobody_in(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    fields = {"name": ana.name, "passphrase": ana.passphrase, "code": ana.code(house.clock)}

    assert house.browser().post("/sign-in", fields, page="/sign-in").status_code == 401


def test_an_older_code_does_not_follow_a_newer_one(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    house.clock.move(seconds=30)
    older = ana.code(house.clock)
    house.browser().sign_in(ana)

    assert house.browser().post(
        "/sign-in", {"name": ana.name, "passphrase": ana.passphrase, "code": older}, page="/sign-in"
    ).status_code == 401  # fmt: skip


def test_two_thieves_at_the_same_moment_share_one_code(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    house.clock.move(seconds=30)
    fields = {"name": ana.name, "passphrase": ana.passphrase, "code": ana.code(house.clock)}
    browsers = [house.browser() for _ in range(4)]
    tokens = [browser.form_token("/sign-in") for browser in browsers]

    with ThreadPoolExecutor(4) as pool:
        statuses = list(
            pool.map(
                lambda pair: pair[0].client.post("/sign-in", data={**fields, "form": pair[1]}).status_code,
                zip(browsers, tokens, strict=True),
            )
        )

    assert sorted(statuses) == [303, 401, 401, 401]


def test_a_recovery_code_opens_once_however_it_is_typed(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    typed = ana.recovery[0].upper().replace("-", " ")

    assert house.browser().sign_in(ana, code=typed).status_code == 303
    assert house.browser().sign_in(ana, code=typed).status_code == 401
    assert house.browser().sign_in(ana, code=ana.recovery[1]).status_code == 303


def test_somebody_elses_recovery_code_opens_nothing(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    ben = house.person("ben@armac.example", Role.ANALYST)

    assert house.browser().sign_in(ana, code=ben.recovery[0]).status_code == 401
    assert house.browser().sign_in(ben, code=ben.recovery[0]).status_code == 303


@pytest.mark.usefixtures("hashed_anew")
def test_the_time_of_an_answer_does_not_tell_whether_an_account_exists(house: House) -> None:
    """Medians of interleaved attempts: the work is the same, so they differ by less than noise does."""
    people = [house.person(f"ana{n}@armac.example", Role.ANALYST) for n in range(5)]
    known: list[float] = []
    unknown: list[float] = []
    for n, person in enumerate(people):
        for name, times in ((person.name, known), (f"nobody{n}@armac.example", unknown)):
            browser = house.browser()
            token = browser.form_token("/sign-in")
            fields = {"form": token, "name": name, "passphrase": "wrong", "code": "123456"}
            start = time.perf_counter()
            assert browser.client.post("/sign-in", data=fields).status_code == 401
            times.append(time.perf_counter() - start)

    assert statistics.median(unknown) > statistics.median(known) / 2
    assert statistics.median(known) > statistics.median(unknown) / 2


def test_guessing_closes_the_account_to_strangers_but_not_to_its_owners_browser(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    own = house.signed_in(ana)
    own.post("/sign-out", {}, page="/account")
    stranger = house.browser()
    for _ in range(lockout.ACCOUNT.free):
        stranger.sign_in(ana, passphrase="a guess that is wrong")

    assert stranger.sign_in(ana).status_code == 401, "even the right passphrase and code: attempts are closed"
    assert own.sign_in(ana).status_code == 303


def test_a_closed_account_opens_again_by_itself(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    for _ in range(lockout.ACCOUNT.free):
        house.browser().sign_in(ana, passphrase="a guess that is wrong")
    assert house.browser().sign_in(ana).status_code == 401

    house.clock.move(seconds=lockout.ACCOUNT.first.total_seconds() * 2)

    assert house.browser().sign_in(ana).status_code == 303


def test_one_guesser_does_not_lock_the_office_out(house: House) -> None:
    """Everybody in an office has one address; a person who has worked here before can go on working."""
    ana = house.person("ana@armac.example", Role.ANALYST)
    office = house.signed_in(ana)
    office.post("/sign-out", {}, page="/account")
    newcomer = house.person("new@armac.example", Role.ANALYST)
    guesser = house.browser()
    for n in range(lockout.ADDRESS.free):
        guesser.sign_in(ana, name=f"nobody{n}@armac.example")

    assert house.browser().sign_in(newcomer).status_code == 401, "a new browser at this address waits"
    assert office.sign_in(ana).status_code == 303
    house.clock.move(seconds=lockout.ADDRESS.longest.total_seconds())
    assert house.browser().sign_in(newcomer).status_code == 303


def test_mass_attempts_are_slowed_down_and_do_not_fill_the_log(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    before = len(house.events())
    browser = house.browser()
    token = browser.form_token("/sign-in")

    statuses = [
        browser.client.post(
            "/sign-in", data={"form": token, "name": ana.name, "passphrase": "x", "code": "1"}
        ).status_code
        for _ in range(40)
    ]

    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
    assert len(house.events()) - before <= 3


def test_what_was_not_logged_at_once_is_counted_in_the_next_entry(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    browser = house.browser()
    for _ in range(2):
        browser.sign_in(ana, passphrase="wrong")  # the clock moves by 30 seconds each time
    house.clock.move(minutes=2)

    browser.sign_in(ana, passphrase="wrong")

    last = house.events()[-1]
    assert isinstance(last, AccessRefused)
    assert last.times == 1


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil.example",
     "/account\r\nSet-Cookie: a=b", "\thttps://evil.example", "https:evil.example"],
)  # fmt: skip
def test_nobody_is_led_away_after_signing_in(shared: House, target: str) -> None:
    entered = shared.browser().sign_in(somebody(shared), target=target)

    assert entered.status_code == 303
    assert entered.headers["Location"] == "/"


def test_a_page_of_ours_is_gone_on_to(house: House) -> None:
    ana = house.person("ana@armac.example", Role.ANALYST)
    browser = house.browser()
    asked = browser.get("/account/credentials")

    assert asked.headers["Location"] == "/sign-in?next=%2Faccount%2Fcredentials"
    assert browser.sign_in(ana, target="/account/credentials").headers["Location"] == "/account/credentials"


def _without_form(page: str) -> str:
    return re.sub(r'value="[0-9]+\.[0-9a-f]{64}"', "", page)
