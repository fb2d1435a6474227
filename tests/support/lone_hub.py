"""A hub by itself, set up as by its operator, with keys and tables that were made once in a process."""

from pathlib import Path

from databases import new_database
from made_once import made_once
from simulation import ORIGIN

from gateway.bootstrap.setup.open_hub import create_hub
from gateway.store.engine.migrate import HUB


def set_up_hub(directory: Path) -> None:
    """A hub's directory, keys and log. Every hub of a process has the same keys."""
    made_once(
        "a hub by itself", directory, lambda place: create_hub(place, ORIGIN, database=new_database(HUB))
    )
