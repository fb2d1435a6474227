"""Keys on which the outcome of a test may depend are the same in every run.

When a node is set up, it draws the key by which cells are withheld and that of its pseudonyms. Two keys give
two cubes, both good; with keys drawn anew, a test would pass or fail by chance. All other keys (of logs,
answers, calls) are drawn as for users: no outcome depends on them.
"""

import hashlib
from pathlib import Path

from gateway.bootstrap.setup import open_member
from gateway.keys.files import write_secret


def fixed_key(path: Path) -> bytes:
    """The key of that file name: one for cubes and one for pseudonyms, for every node."""
    key = hashlib.sha256(f"a key of the tests: {path.name}".encode()).digest()
    write_secret(path, key.hex())
    return key


def fix_keys() -> None:
    """From now on, in this process: nodes that other processes set up draw their own."""
    open_member.new_key = fixed_key
