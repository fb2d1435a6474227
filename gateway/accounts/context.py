"""The context of the use cases about accounts."""

from dataclasses import dataclass, field

from audit.log.log import Log
from gateway.accounts.model import Side
from gateway.accounts.ports import Clock, Sealer, Store
from gateway.accounts.refusals import Refusals


@dataclass(frozen=True)
class Accounts:
    """The accounts of one hub or node. `purposes` are the purposes that an analyst may hold."""

    side: Side
    store: Store
    log: Log
    clock: Clock
    purposes: frozenset[str] = frozenset()
    refusals: Refusals = field(default_factory=Refusals)


@dataclass(frozen=True)
class Entrance:
    """Accounts, with what signing in needs: `sealer` keeps secrets, an authenticator app shows `place`."""

    accounts: Accounts
    place: str
    sealer: Sealer
