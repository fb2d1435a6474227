"""A node's way into the region over real HTTP, and what a call must carry afterwards."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from regions import Region
from simulation import ORIGIN, HandClock, SimulatedMember

from audit.formats.note import Signer
from audit.formats.vkey import COSIGNATURE_V1, SUBTREE_V1, VerifierKey
from gateway.bootstrap.setup.joining import JoinError, confirm, join, renew, under_way
from gateway.bootstrap.setup.open_member import hub_link, open_member
from gateway.http.link import InvitedBy, Signatures
from gateway.hub import enrolment
from gateway.member.errors import LinkError
from gateway.wire.enrolment import (
    Enrolment,
    FingerprintError,
    Invitation,
    InvitationError,
    parse_invitation,
)
from gateway.wire.possession import proof_of_possession

POLL = {"seen_size": 0, "wait": 0}


@pytest.fixture
def clock() -> HandClock:
    """The time of now: nodes in these tests look at the system's clock."""
    return HandClock.at_present()


@pytest.fixture
def invitation(region: Region) -> Invitation:
    return enrolment.invite(region.hub, "LA", region.url)


def test_from_an_invitation_to_the_first_call(region: Region, invitation: Invitation, tmp_path: Path) -> None:
    joining = join(tmp_path / "LA", invitation)
    (waiting,) = enrolment.pending(region.hub)
    assert waiting.fingerprint == joining.fingerprint  # read out on the telephone

    enrolment.confirm(region.hub, "LA", joining.fingerprint)
    confirm(tmp_path / "LA", waiting.fingerprint)

    with open_member(tmp_path / "LA") as node, node.store.reading() as view:
        assert node.member == "LA"
        head = view.log.latest_checkpoint()
        assert head is not None
        assert head.size == 1
    with pytest.raises(JoinError):
        under_way(tmp_path / "LA")


@pytest.mark.parametrize("key_type", [COSIGNATURE_V1, SUBTREE_V1])
def test_a_node_makes_the_witness_key_that_its_invitation_names(
    key_type: int, region: Region, invitation: Invitation, tmp_path: Path
) -> None:
    """The hub names the type of its own key; a hub that knows Ed25519 alone names none."""
    assert invitation.witness_key_type == region.hub.cosigner.key.kind
    text = replace(invitation, witness_key_type=key_type).text()
    assert ("witness_key_type" in text) == (key_type == SUBTREE_V1)

    join(tmp_path / "LA", parse_invitation(text))

    (waiting,) = enrolment.pending(region.hub)
    assert VerifierKey.parse(waiting.enrolment.witness_key).kind == key_type
    if key_type == SUBTREE_V1:
        with pytest.raises(InvitationError):
            parse_invitation(text.replace("ml-dsa-44", "another"))


def test_a_lost_connection_is_taken_up_again(region: Region, invitation: Invitation, tmp_path: Path) -> None:
    first = join(tmp_path / "LA", invitation)
    again = join(tmp_path / "LA", invitation)

    assert again == first
    assert [p.enrolment for p in enrolment.pending(region.hub)] == [first.enrolment]


def test_a_hub_that_is_away_loses_nothing(region: Region, invitation: Invitation, tmp_path: Path) -> None:
    away = Invitation("LA", "http://127.0.0.1:9", invitation.hub, invitation.secret, invitation.until)

    with pytest.raises(JoinError, match="cannot be reached"):
        join(tmp_path / "LA", away)
    assert enrolment.pending(region.hub) == []
    assert under_way(tmp_path / "LA").enrolment.member == "LA"


def test_a_used_invitation_is_refused(region: Region, invitation: Invitation, tmp_path: Path) -> None:
    join(tmp_path / "LA", invitation)

    with pytest.raises(JoinError, match="403"):
        join(tmp_path / "thief", invitation)


def test_somebody_in_between_is_heard(region: Region, tmp_path: Path) -> None:
    """An invitation with other keys of a hub: the fingerprints differ, and the replies do not verify."""
    real = enrolment.invite(region.hub, "LA", region.url)
    false_keys = type(real.hub)(str(Signer.generate(ORIGIN).key), str(Signer.generate("false/calls").key))
    false = Invitation("LA", region.url, false_keys, real.secret, real.until)

    with pytest.raises((LinkError, JoinError)):
        join(tmp_path / "LA", false)
    honest = join(tmp_path / "honest", enrolment.invite(region.hub, "LA", region.url))
    with pytest.raises(FingerprintError):
        confirm(tmp_path / "LA", honest.fingerprint)


def test_keys_must_be_those_of_the_caller(region: Region, invitation: Invitation, clock: HandClock) -> None:
    """Whoever copies the keys of another cannot apply with them: the call is signed with one of them."""
    other = SimulatedMember("LA", clock)
    mine = Signer.generate("mine")
    auth = Signatures(ORIGIN, mine, InvitedBy(region.hub.reply_signer.verifier), clock)

    with httpx.Client(base_url=region.url, auth=auth, trust_env=False) as client:
        body = {"secret": invitation.secret, "proof": "", **other.enrolment.as_json()}
        assert client.post("/federation/v2/applications", json=body).status_code == 401
    assert enrolment.pending(region.hub) == []


@pytest.mark.parametrize("use", ["answer_key", "log_key", "witness_key"])
def test_keys_without_their_secret_halves_are_refused(
    region: Region, invitation: Invitation, clock: HandClock, use: str
) -> None:
    """A key of somebody who has not applied yet: nothing in the region says whose it is."""
    own, other = SimulatedMember("LA", clock), SimulatedMember("MM", clock)
    foreign = VerifierKey.parse(getattr(other.enrolment, use))
    named = str(
        VerifierKey(VerifierKey.parse(getattr(own.enrolment, use)).name, foreign.kind, foreign.public)
    )
    claimed = replace(own.enrolment, **{use: named})
    auth = Signatures(ORIGIN, own.caller, InvitedBy(region.hub.reply_signer.verifier), clock)

    def answered(applicant: Enrolment, proof: str) -> int:
        with httpx.Client(base_url=region.url, auth=auth, trust_env=False) as client:
            body = {"secret": invitation.secret, "proof": proof, **applicant.as_json()}
            return client.post("/federation/v2/applications", json=body).status_code

    def proved(applicant: Enrolment, region_of_it: str = ORIGIN) -> str:
        return proof_of_possession(region_of_it, applicant, (own.signer, own.log_signer), own.cosigner, 1)

    assert answered(claimed, proved(claimed)) == 403
    assert answered(own.enrolment, proved(replace(own.enrolment, member="MM"))) == 403
    assert answered(own.enrolment, proved(own.enrolment, "other.example/log")) == 403
    assert enrolment.pending(region.hub) == []
    assert answered(own.enrolment, proved(own.enrolment)) == 204


def test_a_strangers_long_names_are_refused(region: Region, invitation: Invitation, clock: HandClock) -> None:
    """What a stranger chooses freely is kept nowhere before it is found to fit."""
    endless = Signer.generate("x" * 300)
    keys = {**SimulatedMember("LA", clock).enrolment.as_json(), "call_key": str(endless.key)}
    auth = Signatures(ORIGIN, endless, InvitedBy(region.hub.reply_signer.verifier), clock)

    with httpx.Client(base_url=region.url, auth=auth, trust_env=False) as client:
        body = {"secret": invitation.secret, "proof": "", **keys}
        assert client.post("/federation/v2/applications", json=body).status_code == 422
    assert enrolment.pending(region.hub) == []


def test_a_revoked_member_is_not_heard(region: Region) -> None:
    with region.member("KH") as kh, region.member("TH") as th:
        assert kh.post("/federation/v2/poll", json=POLL).status_code == 200
        enrolment.revoke(region.hub, "KH", "its keys were stolen")

        assert kh.post("/federation/v2/poll", json=POLL).status_code == 401
        assert th.post("/federation/v2/poll", json=POLL).status_code == 200


def test_a_call_counts_once(region: Region) -> None:
    with region.member("KH") as kh, httpx.Client(trust_env=False) as anybody:
        first = kh.post("/federation/v2/poll", json=POLL)
        taken = first.request
        replayed = anybody.post(taken.url, headers=taken.headers, content=taken.content)

    assert first.status_code == 200
    assert replayed.status_code == 401
    assert "taken before" in replayed.json()["detail"]


def test_a_member_whose_clock_is_wrong_is_told_the_time(region: Region, clock: HandClock) -> None:
    late = HandClock.at_present()
    late.move(hours=1)
    auth = Signatures(ORIGIN, region.members["KH"].caller, InvitedBy(region.hub.reply_signer.verifier), late)

    with (
        httpx.Client(base_url=region.url, auth=auth, trust_env=False) as client,
        pytest.raises(LinkError, match="clocks"),
    ):
        client.post("/federation/v2/poll", json=POLL)


def test_another_members_key_opens_nothing_of_it(region: Region) -> None:
    asked = region.analyst.post(
        "/api/v1/questions",
        json={
            "measure": "casualties",
            "by": ["outcome"],
            "where": {"country": ["KH"]},
            "purpose": "regional-reporting",
        },
    )
    assert asked.status_code == 202

    with region.member("TH") as th:
        assert th.post("/federation/v2/poll", json=POLL).json()["deliveries"] == []


def is_heard(place: Path) -> None:
    """A call that both sides sign. Raises LinkError."""
    with open_member(place) as node, closing(hub_link(place, node)) as link:
        link.greeted()


def test_a_node_gets_new_keys_and_keeps_its_log(
    region: Region, invitation: Invitation, tmp_path: Path
) -> None:
    place = tmp_path / "LA"
    enrolment.confirm(region.hub, "LA", join(place, invitation).fingerprint)
    former = confirm(place, under_way(place).fingerprint).enrolment

    again = enrolment.invite(region.hub, "LA", region.url)
    renewed = renew(place, again)
    assert renew(place, again) == renewed  # after a lost connection
    assert renewed.enrolment.log_key == former.log_key
    assert {renewed.enrolment.call_key, renewed.enrolment.answer_key}.isdisjoint(former.keys)
    is_heard(place)  # the former keys count until both sides have compared

    enrolment.confirm(region.hub, "LA", renewed.fingerprint)
    with pytest.raises(LinkError):
        is_heard(place)
    confirm(place, renewed.fingerprint)
    is_heard(place)
    assert not list(place.rglob("*.next"))
    with open_member(place) as node, node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        assert str(node.answer_signer.key) == renewed.enrolment.answer_key


def test_new_keys_are_for_the_region_that_the_node_is_in(region: Region, tmp_path: Path) -> None:
    place = tmp_path / "LA"
    join(place, enrolment.invite(region.hub, "LA", region.url))
    confirm(place, under_way(place).fingerprint)

    with pytest.raises(JoinError, match="another member"):
        renew(place, enrolment.invite(region.hub, "VN", region.url))
