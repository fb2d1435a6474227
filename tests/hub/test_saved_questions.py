"""Saved questions at the hub: kept, shared, handed over, and gone with the identity of their owner."""

import json
from datetime import timedelta

import pytest
from simulation import HandClock, SimulatedMember

from gateway.accounts.leaving import erase, export, hand_over
from gateway.accounts.managing import disable
from gateway.bootstrap.setup.open_hub import add_user
from gateway.hub.accounts import accounts_of
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, Principal, Role
from gateway.hub.saved import saved_questions
from gateway.hub.saved.saved_questions import (
    MOST,
    SavedQuestion,
    SavedQuestionError,
    colleagues,
    delete,
    mine,
    save,
    share,
)
from gateway.question import ask as question_of


@pytest.fixture
def asked(hub: Hub, members: dict[str, SimulatedMember], analyst: Principal) -> AskedQuestion:
    assert members
    question = question_of(
        hub.dictionary, measure="casualties", by=["sex"], where={}, purpose="regional-reporting"
    )
    return ask(hub, analyst, question, timedelta(seconds=10))


def another(hub: Hub, name: str, organisation: str = "ARMAC") -> Principal:
    add_user(hub, name, organisation, Role.ANALYST, ["regional-reporting"])
    return Principal(name, organisation, Role.ANALYST, frozenset({"regional-reporting"}))


def kept(hub: Hub, who: Principal, asked: AskedQuestion, name: str, *, shared: bool = False) -> SavedQuestion:
    return save(hub, who, asked, name, arranged="show=share-row", shared=shared)


def test_saved_questions_come_back_newest_first_and_as_they_were(
    hub: Hub, analyst: Principal, asked: AskedQuestion, clock: HandClock
) -> None:
    first = kept(hub, analyst, asked, "First")
    clock.move(hours=1)
    second = kept(hub, analyst, asked, "Second", shared=True)

    assert list(mine(hub, analyst)) == [second, first]
    assert first.question == asked.question


def test_colleagues_see_what_is_shared_and_other_organisations_nothing(
    hub: Hub, analyst: Principal, asked: AskedQuestion
) -> None:
    private, shared = (kept(hub, analyst, asked, name, shared=name == "Shared") for name in ("Own", "Shared"))
    colleague, stranger = another(hub, "cora"), another(hub, "saro", "elsewhere")

    assert list(colleagues(hub, colleague)) == [shared]
    assert list(colleagues(hub, analyst)) == list(colleagues(hub, stranger)) == []

    share(hub, analyst, private.id, shared=True)
    share(hub, analyst, shared.id, shared=False)
    assert [one.name for one in colleagues(hub, colleague)] == ["Own"]
    for act in (
        lambda: share(hub, colleague, private.id, shared=False),
        lambda: delete(hub, colleague, private.id),
    ):
        with pytest.raises(UnknownQuestionError):
            act()
    delete(hub, analyst, private.id)
    assert not colleagues(hub, colleague)


def test_one_person_saves_so_many_and_no_more(
    hub: Hub, analyst: Principal, asked: AskedQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= 100
    monkeypatch.setattr(saved_questions, "MOST", 3)
    for number in range(3):
        kept(hub, analyst, asked, f"Question {number}")
    with pytest.raises(SavedQuestionError, match="as many"):
        kept(hub, analyst, asked, "One more")
    kept(hub, another(hub, "cora"), asked, "Of somebody else")


def test_they_are_among_all_data_about_their_owner(
    hub: Hub, analyst: Principal, asked: AskedQuestion
) -> None:
    kept(hub, analyst, asked, "Mine")
    kept(hub, another(hub, "cora"), asked, "Of somebody else")

    (one,) = export(accounts_of(hub), "operator", analyst.user)["saved_questions"]

    assert (one["name"], one["owner"], one["shared"]) == ("Mine", analyst.user, False)
    assert json.loads(json.dumps(one)) == one, "the export is a file of JSON"


def test_a_successor_gets_them_and_erasing_an_identity_erases_them(
    hub: Hub, analyst: Principal, asked: AskedQuestion
) -> None:
    kept(hub, analyst, asked, "Taken over")
    successor = another(hub, "cora")
    kept(hub, successor, asked, "Taken over")

    hand_over(accounts_of(hub), "operator", analyst.user, successor.user)
    assert [one.name for one in mine(hub, successor)] == ["Taken over"] * 2

    disable(accounts_of(hub), "operator", successor.user)
    word = erase(accounts_of(hub), "operator", successor.user)
    assert not mine(hub, successor)
    with hub.store.reading() as view:
        assert not view.saved.of(word)
        assert view.question(asked.id) is not None, "the question itself stays"
