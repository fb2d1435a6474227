"""Typed input is not lost: neither by a session that ended nor by a form that is too old."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from entrances import Browser, House, Person, hub_house

from gateway.accounts import access_routes
from gateway.accounts.duties import Action
from gateway.accounts.forms import LIFETIME
from gateway.accounts.model import Role
from gateway.accounts.sessions import IDLE
from gateway.web import app as web
from gateway.web.entrance import account
from gateway.web.shared.desk import Desk, Model, shown
from gateway.web.shared.forms import Now, require_version

REASON = "Because of <b>this</b> & that,\nfor ភ្នំពេញ."


def board(notes: list[str]) -> Desk:
    """A desk with one form: a note that everybody sees, and may replace by the next version."""
    desk = Desk("board")

    @desk.page("/board", "board.html")
    def show() -> Model:
        return {"version": str(len(notes)), "note": notes[-1]}

    @desk.form("/board")
    def write() -> Model:
        from flask import redirect, request  # noqa: PLC0415 - next to its only use

        require_version(Now(str(len(notes)), notes[-1], "/board"))
        if not request.form["note"].strip():
            return shown(({"version": str(len(notes)), "note": ""}, 422), "board.html")
        notes.append(request.form["note"])
        return redirect("/board", 303)

    return desk


PAGE = """{% extends "base.html" %}{% block title %}Board{% endblock %}{% block main %}<h1>Board</h1>
<form method="post" action="/board">{{ form_field(model.version) }}
<textarea name="note">{{ model.note }}</textarea><button>Write</button></form>{% endblock %}"""


@pytest.fixture
def notes() -> list[str]:
    return ["the first"]


@pytest.fixture
def house(tmp_path: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(web, "routes", lambda _side: (board(notes), account.desk))
    lines = {"GET /board": Action.READ_WORDS, "POST /board": Action.READ_WORDS}
    for line in (*lines, "GET /api/v1/desk/board.json"):
        monkeypatch.setitem(access_routes.ROUTES, line, Action.READ_WORDS)
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "board.html").write_text(PAGE, encoding="utf-8")
    with hub_house(tmp_path) as made:
        made.app.jinja_loader.searchpath.append(str(templates)) if made.app.jinja_loader else None
        made.app.template_folder = str(templates)
        yield made


@pytest.fixture
def ana(house: House) -> Person:
    return house.person("ana@armac.example", Role.ANALYST)


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def opened(browser: Browser) -> dict[str, str]:
    """The form of the board as the browser shows it, with typed input."""
    page = browser.get("/board").text
    return {**hidden(page.partition("<h1>")[2]), "note": REASON}


def sign_in(house: House, browser: Browser, person: Person, kept: str) -> httpx.Response:
    return browser.sign_in(person, target="/", kept=kept)


def test_what_was_typed_comes_back_after_signing_in_and_is_sent_by_a_click(house, ana, notes) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    house.clock.move(seconds=IDLE.total_seconds() + 60)

    asked = browser.client.post("/board", data=form)
    assert asked.status_code == 401
    assert "Sign in" in asked.text
    assert "Because" not in asked.text
    back = sign_in(house, browser, ana, hidden(asked.text)["kept"])

    assert back.status_code == 200
    assert html.escape(REASON, quote=False).split("\n")[0] in back.text
    assert notes == ["the first"]
    again = hidden(back.text.partition('action="/board"')[2])
    assert again["note"] == REASON
    assert browser.client.post("/board", data=again).status_code == 303
    assert notes[-1] == REASON


def test_a_wrong_passphrase_in_between_loses_nothing(house, ana) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    house.clock.move(seconds=IDLE.total_seconds() + 60)
    kept = hidden(browser.client.post("/board", data=form).text)["kept"]

    refused = browser.sign_in(ana, kept=kept, passphrase="something else entirely")

    assert refused.status_code == 401
    assert hidden(refused.text)["kept"] == kept


def test_somebody_else_does_not_get_it(house, ana) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    house.clock.move(seconds=IDLE.total_seconds() + 60)
    kept = hidden(browser.client.post("/board", data=form).text)["kept"]
    ben = house.person("ben@armac.example", Role.ANALYST)

    entered = sign_in(house, browser, ben, kept)

    assert entered.status_code == 303
    assert "Because" not in browser.client.post("/kept", data={"kept": kept}).text


def test_it_comes_back_also_after_signing_in_in_another_tab(house, ana) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    house.clock.move(seconds=IDLE.total_seconds() + 60)
    kept = hidden(browser.client.post("/board", data=form).text)["kept"]

    early = browser.client.post("/kept", data={"kept": kept})
    assert early.status_code == 401
    assert "kept" in hidden(early.text)
    browser.sign_in(ana)

    assert "Because of" in browser.client.post("/kept", data={"kept": kept}).text


def test_nothing_is_kept_of_what_others_send(house, ana) -> None:
    """A form without proof of its owner, or from another site, is not given back."""
    browser = house.browser()
    form = opened(house.signed_in(ana))

    forged = browser.client.post("/board", data={**form, "form_of": "00" * 40})
    foreign = browser.client.post("/board", data=form, headers={"Origin": "https://evil.example"})

    for response in (forged, foreign):
        assert response.status_code == 303
        assert "Because" not in str(response.url) + response.headers["Location"]


def test_secrets_are_never_kept(house, ana) -> None:
    browser = house.signed_in(ana)
    form = {**opened(browser), "passphrase": "a secret", "seal_secret": "another"}
    house.clock.move(seconds=IDLE.total_seconds() + 60)
    kept = hidden(browser.client.post("/board", data=form).text)["kept"]

    back = sign_in(house, browser, ana, kept).text

    assert "Because of" in back
    assert "a secret" not in back
    assert "another" not in back


def test_a_form_that_is_too_old_is_given_back_to_a_signed_in_person(house, ana, notes) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    for _ in range(int(LIFETIME / IDLE) + 1):
        house.clock.move(seconds=IDLE.total_seconds() - 60)
        assert browser.is_signed_in

    back = browser.client.post("/board", data=form)

    assert back.status_code == 403
    again = hidden(back.text.partition('action="/board"')[2])
    assert browser.client.post("/board", data=again).status_code == 303
    assert notes[-1] == REASON


def test_two_people_change_the_same_and_the_second_sees_what_is_there_now(house, ana, notes) -> None:
    browser = house.signed_in(ana)
    form = opened(browser)
    notes.append("of somebody else")

    shown = browser.client.post("/board", data=form)

    assert shown.status_code == 409
    assert "of somebody else" in shown.text
    assert "Because of" in shown.text
    assert notes[-1] == "of somebody else"
    assert browser.client.post("/board", data=hidden(shown.text.partition("<h1>")[2])).status_code == 303
    assert notes[-1] == REASON


def test_htmx_learns_that_the_session_has_ended_and_keeps_the_page(house, ana) -> None:
    browser = house.signed_in(ana)
    house.clock.move(seconds=IDLE.total_seconds() + 60)

    part = browser.get("/board", headers={"HX-Request": "true"})

    assert part.status_code == 401
    assert "Your session has ended" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize("kept", ["", "nonsense", "AAAA", "é"])
def test_what_was_not_sealed_here_is_nothing(house, ana, kept: str) -> None:
    browser = house.signed_in(ana)

    assert browser.client.post("/kept", data={"kept": kept}).status_code == 404
    assert browser.sign_in(ana, kept=kept).status_code == 303
