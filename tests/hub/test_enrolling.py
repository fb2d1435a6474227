"""Invited, applied, compared by voice, enrolled: each step holds only after the one before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from simulation import HandClock, SimulatedMember

from audit.events.events import MemberApplied, MemberEnrolled, MemberInvited, MemberRevoked, decode
from gateway.dictionary import DictionaryError
from gateway.hub.context import Hub
from gateway.hub.enrolment import apply, confirm, invite, pending, revoke
from gateway.hub.errors import InvitationRefusedError, NotAMemberError
from gateway.wire.enrolment import Enrolment, FingerprintError, InvitationError, fingerprint, parse_invitation

URL = "https://hub.example"


@pytest.fixture
def laos(clock: HandClock) -> Enrolment:
    return SimulatedMember("LA", clock).enrolment


def members_of(hub: Hub) -> list[Enrolment]:
    with hub.store.reading() as view:
        return list(view.enrolments())


def logged(hub: Hub) -> list[object]:
    with hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        return [decode(entry) for entry in view.log.read_entries(0, head.size if head else 0)]


def test_a_member_counts_only_after_the_fingerprint_was_compared(hub: Hub, laos: Enrolment) -> None:
    invitation = invite(hub, "LA", URL)
    assert members_of(hub) == []

    apply(hub, invitation.secret, laos)
    assert members_of(hub) == []
    (waiting,) = pending(hub)
    assert waiting.fingerprint == fingerprint(invitation.hub, laos)

    confirm(hub, "LA", waiting.fingerprint)
    assert members_of(hub) == [laos]
    assert pending(hub) == []
    assert [type(event) for event in logged(hub)][-3:] == [MemberInvited, MemberApplied, MemberEnrolled]


def test_an_invitation_is_read_as_it_was_written(hub: Hub) -> None:
    invitation = invite(hub, "LA", URL)

    assert parse_invitation(invitation.text()) == invitation
    assert invitation.secret not in repr(invitation)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "hello", '{"format": "safelane-invitation/1"}'])
def test_what_is_no_invitation_is_refused(text: str) -> None:
    with pytest.raises(InvitationError):
        parse_invitation(text)


def test_a_damaged_invitation_is_refused_without_repeating_it(hub: Hub) -> None:
    text = invite(hub, "LA", URL).text()
    for damaged in (
        text[:-10],
        text.replace("hub_url", "hub_uri"),
        text.replace("+", "-"),
        text.replace("https", "ftp"),
    ):
        with pytest.raises(InvitationError) as refused:
            parse_invitation(damaged)
        assert "slt" not in refused.value.message


def test_the_secret_is_not_in_the_database_nor_in_the_log(hub: Hub, laos: Enrolment) -> None:
    invitation = invite(hub, "LA", URL)
    apply(hub, invitation.secret, laos)

    with hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        assert all(invitation.secret.encode() not in entry for entry in view.log.read_entries(0, head.size))
        assert view.admissions.invited(invitation.secret) is None


def test_an_invitation_is_good_once(hub: Hub, laos: Enrolment, clock: HandClock) -> None:
    invitation = invite(hub, "LA", URL)
    apply(hub, invitation.secret, laos)
    size = len(logged(hub))

    apply(hub, invitation.secret, laos)  # a lost reply: the same again is no second application
    assert len(logged(hub)) == size
    with pytest.raises(InvitationRefusedError):
        apply(hub, invitation.secret, SimulatedMember("LA", clock).enrolment)
    assert [p.enrolment for p in pending(hub)] == [laos]


def test_an_invitation_ends(hub: Hub, laos: Enrolment, clock: HandClock) -> None:
    invitation = invite(hub, "LA", URL, timedelta(days=3))
    clock.move(days=3, seconds=1)

    with pytest.raises(InvitationRefusedError):
        apply(hub, invitation.secret, laos)


def test_a_new_invitation_ends_the_former_one(hub: Hub, laos: Enrolment) -> None:
    former = invite(hub, "LA", URL)
    invite(hub, "LA", URL)

    with pytest.raises(InvitationRefusedError):
        apply(hub, former.secret, laos)


def test_an_invitation_is_for_one_member(hub: Hub, laos: Enrolment) -> None:
    invitation = invite(hub, "VN", URL)

    with pytest.raises(InvitationRefusedError):
        apply(hub, invitation.secret, laos)
    with pytest.raises(DictionaryError):
        invite(hub, "XX", URL)


def test_another_fingerprint_lets_nobody_in(hub: Hub, laos: Enrolment) -> None:
    invitation = invite(hub, "LA", URL)
    apply(hub, invitation.secret, laos)
    right = pending(hub)[0].fingerprint
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)

    for typed in (wrong, "", right[:-6]):
        with pytest.raises(FingerprintError) as refused:
            confirm(hub, "LA", typed)
        assert right not in refused.value.message
    assert members_of(hub) == []
    confirm(hub, "LA", right.replace(" ", "-"))


@pytest.mark.parametrize("key", ["answer_key", "log_key", "witness_key", "call_key"])
def test_every_key_of_either_side_is_in_the_fingerprint(
    hub: Hub, laos: Enrolment, clock: HandClock, key: str
) -> None:
    invitation = invite(hub, "LA", URL)
    other = SimulatedMember("LA", clock).enrolment
    seen = fingerprint(invitation.hub, laos)

    assert fingerprint(invitation.hub, replace(laos, **{key: getattr(other, key)})) != seen
    if hasattr(invitation.hub, key):
        assert fingerprint(replace(invitation.hub, **{key: getattr(other, key)}), laos) != seen


def test_nobody_is_confirmed_who_has_not_applied(hub: Hub) -> None:
    invite(hub, "LA", URL)

    with pytest.raises(NotAMemberError):
        confirm(hub, "LA", "00000 00000 00000 00000 00000")


def test_new_keys_take_the_same_way_and_end_the_former(hub: Hub, laos: Enrolment, clock: HandClock) -> None:
    for keys in (laos, SimulatedMember("LA", clock).enrolment):
        invitation = invite(hub, "LA", URL)
        apply(hub, invitation.secret, keys)
        before = members_of(hub)
        assert keys not in before
        confirm(hub, "LA", pending(hub)[0].fingerprint)
        assert members_of(hub) == [keys]


def test_a_revoked_member_is_none_and_can_come_back(hub: Hub, laos: Enrolment) -> None:
    def enrol_again() -> None:
        apply(hub, invite(hub, "LA", URL).secret, laos)
        confirm(hub, "LA", pending(hub)[0].fingerprint)

    enrol_again()
    revoke(hub, "LA", "the node's disk was stolen")

    assert members_of(hub) == []
    last = logged(hub)[-1]
    assert isinstance(last, MemberRevoked)
    assert last.reason == "the node's disk was stolen"
    with pytest.raises(NotAMemberError):
        revoke(hub, "VN", "never was one")
    enrol_again()
    assert members_of(hub) == [laos]
