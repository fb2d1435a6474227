"""The keys of a node's controllers: made and sealed in files, and registered at the node."""

from dataclasses import dataclass
from pathlib import Path

from audit.formats.note import Signer, sign
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.ring import KeyRing, read_sealed, write_new
from gateway.keys.sealed import unseal
from gateway.member.errors import KeyRefusedError
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node import signing_keys
from gateway.member.node.context import Node


@dataclass(frozen=True)
class Person:
    """A person with an opened key, whose signatures are valid at this node."""

    holder: Holder
    signer: Signer

    def sign(self, text: str) -> str:
        """Return the text as a signed note."""
        return str(sign(text, self.signer))


def key_ring(directory: Path) -> KeyRing:
    """Return the sealed keys that are stored with a node."""
    return KeyRing(Layout(directory).keys / "people")


def person(directory: Path, node: Node, name: str, passphrase: str) -> Person:
    """Open a person's valid key. Raises KeyRefusedError or SealedKeyError."""
    with node.store.reading() as view:
        holder = signing_keys.holder_of(view, name)
    return Person(holder, key_ring(directory).open(holder.key, passphrase))


def create_key(
    directory: Path, node: Node, name: str, duty: Duty, passphrase: str, *, by: Person | None
) -> Holder:
    """Make a key for a person and register the key; `by` is the controller who vouches for any but the first.

    Raises KeyRefusedError, SignatureRefusedError or SealedKeyError; then no key is left behind.
    """
    signer = Signer.generate(signing_keys.key_name(node, name))
    key = str(signer.key)
    ring = key_ring(directory)
    with node.store.reading() as view:
        if by is None and signing_keys.counting(view):
            raise KeyRefusedError(
                "Another controller has to vouch for this key.", remedy="Name one with --by NAME."
            )
    ring.add(signer, passphrase)
    signers = [signer] if by is None else [signer, by.signer]
    note = str(sign(signing_keys.introduction(node, name, key, duty), *signers))
    try:
        return signing_keys.introduce(node, name, key, duty, note)
    except Exception:
        ring.remove(key)
        raise


def rotate_key(directory: Path, node: Node, who: Person, passphrase: str) -> Holder:
    """Replace a person's key; the former key signs the change and ends. Raises as `create_key` does."""
    signer = Signer.generate(who.signer.key.name)
    key = str(signer.key)
    ring = key_ring(directory)
    ring.add(signer, passphrase)
    note = str(sign(signing_keys.replacement(node, who.holder.key, key), who.signer, signer))
    try:
        new = signing_keys.replace(node, who.holder, key, note)
    except Exception:
        ring.remove(key)
        raise
    ring.remove(who.holder.key)
    return new


def back_up(directory: Path, node: Node, name: str, passphrase: str, target: Path) -> Holder:
    """Copy a person's sealed key to a file, after a test that the key opens. Raises SealedKeyError."""
    who = person(directory, node, name, passphrase)
    write_new(target, key_ring(directory).path(who.holder.key).read_bytes())
    return who.holder


def restore(directory: Path, node: Node, source: Path, passphrase: str) -> Holder:
    """Restore a valid key from its backup. Raises KeyRefusedError or SealedKeyError."""
    kept = read_sealed(source)
    with node.store.reading() as view:
        known = {holder.key: holder for holder in signing_keys.counting(view)}
    if kept.key not in known:
        raise KeyRefusedError(
            "The key in this backup does not count at this node (any more).",
            remedy="Nothing was changed. `safelane keys list` says which keys count.",
        )
    unseal(kept, passphrase)
    write_new(key_ring(directory).path(kept.key), kept.to_bytes())
    return known[kept.key]
