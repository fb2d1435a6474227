"""What every use case of the hub works with."""

from dataclasses import dataclass

from audit.log import Log
from gateway.dictionary import Dictionary
from gateway.hub.ports import Bell, Clock, Store


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else."""

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    bell: Bell
