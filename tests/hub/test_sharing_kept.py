"""What members state that they share, at the hub: kept, replaced, forgotten; what a requester can expect."""

from dataclasses import replace
from datetime import date

import pytest
from simulation import HandClock, SimulatedMember

from audit.formats.note import Signer
from gateway.dictionary import regional
from gateway.hub.context import Hub
from gateway.hub.enrolment import revoke
from gateway.hub.polling import poll
from gateway.hub.sharing_statements import Expected, Outlook, QuestionFacts, Requester, outlook
from gateway.wire.answer import Refusal
from gateway.wire.poll import Poll
from gateway.wire.sharing_statement import Shared, Sharing, sign_sharing

TODAY = date(2026, 3, 1)
ARMAC = Requester("ARMAC", "analyst")
SHARED = Shared(
    recipients=("ARMAC",),
    roles=None,
    purposes=("regional-reporting",),
    measures=("casualties",),
    levels=("outcome", "sex", "year", "year_band5"),
    max_dims=2,
    ready_made_only=False,
    approval_ready_made=False,
    approval=True,
)
STATED = Sharing("KH", "3", "2026-12-31", "s-1", "2025-12-31", "2026-01-15", (SHARED,), ())


def calls(hub: Hub, member: SimulatedMember, said: Sharing | None, signer: Signer | None = None) -> None:
    note = None if said is None else sign_sharing(said, signer or member.signer)
    poll(hub, member.enrolment, Poll(0, None, None, 0.0, sharing=note))


def kept(hub: Hub) -> dict[str, Sharing]:
    with hub.store.reading() as view:
        return {member: stated.sharing for member, stated in view.sharings().items()}


def facts(*levels: str, purpose: str = "regional-reporting", ready_made: bool = False) -> QuestionFacts:
    return QuestionFacts("casualties", purpose, frozenset(levels), ready_made)


def expect(said: Sharing | None, asked: QuestionFacts, requester: Requester = ARMAC) -> Outlook:
    return outlook(regional(), said, requester, asked, TODAY)


def test_the_newest_statement_counts(hub: Hub, members: dict[str, SimulatedMember], clock: HandClock) -> None:
    calls(hub, members["KH"], STATED)
    clock.move(hours=1)
    calls(hub, members["KH"], STATED)
    with hub.store.reading() as view:
        assert view.sharings()["KH"].since < clock.now(), "the same again is no news"

    calls(hub, members["KH"], replace(STATED, policy="4"))
    assert kept(hub) == {"KH": replace(STATED, policy="4")}


def test_members_that_do_not_say_work_as_before(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    members["TH"].poll(hub)
    calls(hub, members["KH"], STATED)
    calls(hub, members["KH"], None)

    assert kept(hub) == {}


def test_a_statement_that_is_not_the_members_own_counts_as_none(
    hub: Hub, members: dict[str, SimulatedMember]
) -> None:
    calls(hub, members["KH"], STATED, signer=members["TH"].signer)
    calls(hub, members["TH"], STATED)  # signed by Thailand, about Cambodia

    assert kept(hub) == {}


def test_who_has_left_states_nothing(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    calls(hub, members["KH"], STATED)
    revoke(hub, "KH", "key-lost")

    assert kept(hub) == {}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (facts("year", purpose="research"), Refusal.NOT_FOR_THIS_PURPOSE),
        (facts("device_type"), Refusal.NOT_SHARED),
        (facts("month"), Refusal.TOO_DETAILED),
        (facts("year", "sex", "outcome"), Refusal.TOO_DETAILED),
        (QuestionFacts("accidents", "regional-reporting", frozenset()), Refusal.NOT_SHARED),
    ],
)
def test_a_refusal_says_what_is_in_the_way(asked: QuestionFacts, why: Refusal) -> None:
    assert expect(STATED, asked) == Outlook(Expected.REFUSE, (why,))


@pytest.mark.parametrize(
    ("level", "why"),
    [("sex", Refusal.NOT_COLLECTED), ("activity", Refusal.NOT_SHARED), ("device_type", Refusal.NOT_SHARED)],
)
def test_what_only_people_have_is_not_collected_of_accidents_as_the_member_itself_says(
    level: str, why: Refusal
) -> None:
    accidents = replace(SHARED, measures=("accidents",), levels=("year",))
    said = replace(STATED, shared=(SHARED, accidents))
    assert expect(said, QuestionFacts("accidents", "regional-reporting", frozenset([level]))).why == (why,)


def test_a_person_is_asked_where_the_policy_says_so() -> None:
    assert expect(STATED, facts("year")).expected is Expected.ASK_A_PERSON
    assert expect(STATED, facts("year", ready_made=True)).expected is Expected.ANSWER


def test_ready_made_only() -> None:
    said = replace(STATED, shared=(replace(SHARED, ready_made_only=True),))

    assert expect(said, facts("year")) == Outlook(Expected.REFUSE, (Refusal.READY_MADE_ONLY,))
    assert expect(said, facts("year", ready_made=True)).expected is Expected.ANSWER


def test_what_changes_for_everybody_else() -> None:
    assert expect(STATED, facts("year"), Requester("others", "analyst")).why == (Refusal.NOT_FOR_YOU,)
    assert expect(None, facts("year")).expected is Expected.UNKNOWN
    assert expect(replace(STATED, policy=None, shared=()), facts("year")).why == (Refusal.NOT_IN_FORCE,)
    assert expect(replace(STATED, valid_until="2026-02-28"), facts("year")).why == (Refusal.NOT_IN_FORCE,)
    assert expect(replace(STATED, snapshot=None), facts("year")).why == (Refusal.NOT_READY,)
