"""Secret keys as one line (Go's sumdb/note): prefix, name, key ID, and base64 of type and seed."""

from audit.errors import MalformedError
from audit.formats import ed25519
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.vkey import VerifierKey


def secret_key_line(prefix: str, key: VerifierKey, seed: bytes) -> str:
    """Return the line of a secret seed."""
    return f"{prefix}{key.name}+{key.key_id.hex()}+{to_base64(bytes([key.kind]) + seed)}"


def parse_secret_key(text: str, prefix: str, what: str) -> tuple[str, str, int, bytes]:
    """Return name, key ID, signature type and seed of a line. Raises MalformedError about `what`."""
    if not text.startswith(prefix):
        raise MalformedError(what, f"it does not start with {prefix}")
    name, _, rest = text.removeprefix(prefix).partition("+")
    key_id, _, encoded = rest.partition("+")
    material = parse_base64(encoded, what, 1 + ed25519.SEED_SIZE)
    return name, key_id, material[0], material[1:]


def check_key_id(key: VerifierKey, key_id: str, what: str) -> None:
    """Raise MalformedError unless the key ID belongs to the key."""
    if key.key_id.hex() != key_id:
        raise MalformedError(what, "its key ID does not belong to its name and key")
