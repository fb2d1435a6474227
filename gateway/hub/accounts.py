"""The accounts of a hub: analysts, auditors and operators."""

from gateway.accounts.context import Accounts
from gateway.accounts.model import Side
from gateway.hub.context import Hub


def accounts_of(hub: Hub) -> Accounts:
    return Accounts(Side.HUB, hub.store, hub.log, hub.clock, frozenset(hub.dictionary.purposes))
