"""Own groups at the hub: kept by name, handed over, given out, and gone with the identity of their owner."""

import pytest
from simulation import HandClock

from gateway.accounts.leaving import erase, export, hand_over
from gateway.bootstrap.setup.open_hub import add_user
from gateway.hub.accounts import accounts_of
from gateway.hub.context import Hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import OwnGroup, Principal, Role
from gateway.hub.saved.own_groups import OwnGroupError, delete_group, keep_group, own_groups

CODES = ["K", "I", "U"]


def kept(hub: Hub, who: Principal, name: str) -> OwnGroup:
    return keep_group(hub, who, name, "outcome", ["I", "K"], known=CODES)


def test_groups_come_back_by_name_and_are_their_owners(
    hub: Hub, analyst: Principal, clock: HandClock
) -> None:
    second, first = kept(hub, analyst, "West"), kept(hub, analyst, "East")
    assert list(own_groups(hub, analyst)) == [first, second]
    assert first.codes == ("K", "I"), "in the order of the table"
    add_user(hub, "cora", "ARMAC", Role.ANALYST, ["regional-reporting"])
    other = Principal("cora", "ARMAC", Role.ANALYST, frozenset())
    assert list(own_groups(hub, other)) == []
    with pytest.raises(UnknownQuestionError):
        delete_group(hub, other, first.id)
    delete_group(hub, analyst, first.id)
    assert list(own_groups(hub, analyst)) == [second]
    with pytest.raises(OwnGroupError, match="of this name"):
        kept(hub, analyst, "wEST")


def test_groups_go_to_a_successor_and_go_with_an_identity(hub: Hub, analyst: Principal) -> None:
    made = kept(hub, analyst, "North")
    accounts = accounts_of(hub)
    assert [one["name"] for one in export(accounts, "op", analyst.user)["own_groups"]] == ["North"]
    add_user(hub, "cora", "ARMAC", Role.ANALYST, ["regional-reporting"])
    cora = Principal("cora", "ARMAC", Role.ANALYST, frozenset())
    hand_over(accounts, "op", analyst.user, "cora")
    assert [one.id for one in own_groups(hub, cora)] == [made.id]
    add_user(hub, "dara", "ARMAC", Role.ANALYST, ["regional-reporting"])
    hand_over(accounts, "op", "cora", "dara")
    hand_over_again = Principal("dara", "ARMAC", Role.ANALYST, frozenset())
    assert len(own_groups(hub, hand_over_again)) == 1
    erase(accounts, "op", "cora")
    assert len(own_groups(hub, hand_over_again)) == 1, "what was handed over is another's"
