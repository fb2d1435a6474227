"""The page where an operator's desk begins: the state of the service, and nothing of contents."""

from analyst_desk import Desk, stated
from entrances import Browser

from gateway.accounts.invitations import invite
from gateway.accounts.model import Offer, Role


def operator(desk: Desk, name: str) -> Browser:
    return desk.house.signed_in(desk.house.person(name, Role.OPERATOR))


def test_who_runs_the_hub_finds_members_queue_and_people(desk: Desk) -> None:
    own = operator(desk, "olga")
    assert own.get("/").headers["Location"].endswith("/service")
    for member in ("KH", "LA"):
        desk.calls(member, sharing=stated(member))

    page = own.get("/service").text
    assert "in contact" in page
    assert "Cambodia" in page
    assert "31 Dec 2025" in page, "up to when its records go, by its own word"
    assert "olga" in page
    assert "No alert is open." in page


def test_a_question_that_waits_is_counted_and_not_shown(desk: Desk) -> None:
    own = operator(desk, "oda")
    question = desk.ask(by=["sex"], within="86400")
    desk.calls("LA", waiting=(question,))

    page = own.get("/service").text
    assert "questions wait for their first table" in page
    assert question not in page
    assert "sex" not in page[page.index("<main") :]


def test_invitations_are_listed_until_they_are_taken(desk: Desk) -> None:
    own = operator(desk, "otto")
    invite(desk.house.entrance, "otto", Offer("new.person", "ARMAC", Role.AUDITOR))

    page = own.get("/service").text
    assert "new.person" in page[page.index("Invitations not taken yet") :]


def test_analysts_and_auditors_do_not_see_it(desk: Desk) -> None:
    assert desk.browser.get("/service").status_code == 403
    auditor = desk.house.signed_in(desk.house.person("aud", Role.AUDITOR))
    assert auditor.get("/service").status_code == 403


def test_a_member_that_does_not_call_is_not_heard_since_its_last_call(desk: Desk) -> None:
    own = operator(desk, "ove")
    desk.calls("KH")
    desk.house.clock.move(minutes=20)

    page = own.get("/service").text
    assert "3 of 3 members have not been in contact." in page
    assert "not heard since" in page
