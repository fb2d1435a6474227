"""What a register is opened with: a file for its owner only, which says to whom each secret is given."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError

FILE = "credentials.yaml"
"""Its usual name, beside the settings of a node."""

_KEYS = frozenset({"token", "user", "password", "tokens"})
_LARGEST = 1 << 16


@dataclass(frozen=True)
class Secret:
    """`token`, or `user` and `password`; "" where not given. `tokens`: the address that gives tokens.

    It shows nothing of itself, so that no message or log line can.
    """

    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tokens: str = field(default="", repr=False)


NO_SECRET = Secret()


def secret_for(path: Path | None, address: str) -> Secret:
    """The secret that a file has for an address (`https://host`, `mysql://host`), or NO_SECRET.

    A secret is given to the address beside which it stands and to no other: whoever changes an address in a
    mapping does not learn it. Raises SourceError for a file that others can read, or that is in no such form.
    """
    if path is None or not path.is_file():
        return NO_SECRET
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if os.name == "posix" and status.st_mode & 0o077:
            raise SourceError(
                message("%(file)s can be read by others; nothing was loaded.", file=path.name),
                remedy=message("Have its owner restrict it: chmod 600 %(file)s", file=path.name),
            )
        data = file.read(_LARGEST)
    return _entries(path, data).get(address.lower().rstrip("/"), NO_SECRET)


def _entries(path: Path, data: bytes) -> Mapping[str, Secret]:
    """The secrets of a file by their addresses. Raises SourceError, which quotes nothing of the file."""
    try:
        body = YAML(typ="base", pure=True).load(data.decode("utf-8"))
    except (YAMLError, ValueError, RecursionError):
        raise _faulty(path) from None
    if not isinstance(body, dict):
        raise _faulty(path)
    found: dict[str, Secret] = {}
    for address, values in body.items():
        if not isinstance(values, dict) or not set(values) <= _KEYS or not isinstance(address, str):
            raise _faulty(path)
        if not all(str(value).isprintable() and str(value).isascii() for value in values.values()):
            raise _faulty(path)
        found[address.lower().rstrip("/")] = Secret(**{key: str(value) for key, value in values.items()})
    return MappingProxyType(found)


def _faulty(path: Path) -> SourceError:
    return SourceError(
        message("%(file)s is not in the form of a file of credentials.", file=path.name),
        remedy=message(
            "Write a line for each address: `https://host: {token: ...}` or "
            "`https://host: {user: ..., password: ...}`."
        ),
    )
