"""Who is woken by what: an answer wakes what releases questions, and requesters once they can read it."""

from datetime import timedelta

from simulation import SimulatedMember, hand_in

from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.model import Principal
from gateway.question import Question
from gateway.question import ask as question_of

Members = dict[str, SimulatedMember]
WITHIN = timedelta(seconds=10)


def question(hub: Hub) -> Question:
    return question_of(
        hub.dictionary, measure="casualties", by=["outcome"], where={}, purpose="regional-reporting"
    )


def answers(hub: Hub, member: SimulatedMember) -> None:
    (delivery,) = member.poll(hub).deliveries
    hand_in(hub, member, member.answer(delivery, 7, 20, 0, 27))


def test_a_question_wakes_members_and_what_releases(hub: Hub, analyst: Principal) -> None:
    members, releasing = hub.notifier.ticket(), hub.answer_notifier.ticket()

    ask(hub, analyst, question(hub), WITHIN)

    assert (hub.notifier.ticket() > members, hub.answer_notifier.ticket() > releasing) == (True, True)


def test_an_answer_wakes_only_what_releases(hub: Hub, members: Members, analyst: Principal) -> None:
    ask(hub, analyst, question(hub), WITHIN)
    everybody, releasing = hub.notifier.ticket(), hub.answer_notifier.ticket()

    answers(hub, members["KH"])

    assert (hub.notifier.ticket() > everybody, hub.answer_notifier.ticket() > releasing) == (False, True)


def test_an_answer_after_leave_wakes_askers_too(hub: Hub, members: Members, analyst: Principal) -> None:
    """They see at whom a question waits for a person: now it waits there no more."""
    asked = ask(hub, analyst, question(hub), WITHIN)
    (delivery,) = members["KH"].poll(hub).deliveries
    with hub.store.notes() as notes:
        assert notes.waits("KH", [asked.id])
    everybody = hub.notifier.ticket()

    hand_in(hub, members["KH"], members["KH"].answer(delivery, 7, 20, 0, 27))

    assert hub.notifier.ticket() > everybody
