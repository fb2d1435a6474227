"""Old and new pseudonyms of the same values, for one recipient: made by the member alone when an epoch ends.

The map allows joining data from before and after the change of epoch. The map is therefore sealed to the
recipient's key like an extract, and contains only values that the recipient has seen.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from anonymisers.errors import IdentifierError, KeyStoreError
from anonymisers.identity.pseudonym_domain import Domain, length_prefixed
from anonymisers.identity.pseudonyms import pseudonyms
from anonymisers.identity.sealed_messages import open_sealed, parse_public, public_text, seal

FORMAT = "safelane-epoch-map/v1"


def epoch_map(
    keys: tuple[bytes, bytes], domain: Domain, present: int, values: Sequence[str], seen: frozenset[str]
) -> dict[str, str]:
    """Map old pseudonyms to new pseudonyms, for the `values` whose old pseudonym the recipient has `seen`.

    `keys`: of the former and of the present epoch; `domain` is the former domain. Raises IdentifierError for
    an empty value or a repeated epoch, KeyStoreError for a key of another length.
    """
    if domain.epoch == present:
        raise IdentifierError("a map goes from one epoch to another", remedy="Begin a new epoch first.")
    former = pseudonyms(keys[0], domain, values)
    later = pseudonyms(keys[1], replace(domain, epoch=present), values)
    return {old: new for old, new in zip(former, later, strict=True) if old in seen}


def sealed_map(made: Mapping[str, str], reader: bytes, domain: Domain, present: int) -> bytes:
    """Return the map as a file for the recipient's key. Raises KeyStoreError for an invalid public key."""
    # Sorted by the new pseudonyms: the order of the member's register stays secret.
    body = json.dumps(sorted(made.items(), key=lambda pair: pair[1])).encode("ascii")
    sealed = seal(reader, zlib.compress(body, 9), info=_info(domain, present))
    document = {
        "format": FORMAT,
        "member": domain.member,
        "recipient": domain.recipient,
        "purpose": domain.purpose,
        "kind": domain.kind,
        "former": domain.epoch,
        "present": present,
        "reader": public_text(reader),
        "sealed": sealed.hex(),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def opened_map(data: bytes, private: bytes) -> dict[str, str]:
    """Open a map as its recipient. Raises KeyStoreError for another recipient's map, or for other data."""
    try:
        document = json.loads(data.decode("utf-8"))
        domain = Domain(*(document[part] for part in ("member", "former", "recipient", "purpose", "kind")))
        present, sealed = document["present"], bytes.fromhex(document["sealed"])
        parse_public(document["reader"])
        texts = (domain.member, domain.recipient, domain.purpose, domain.kind)
        whole = type(domain.epoch) is int and type(present) is int
        if document["format"] != FORMAT or not whole or not all(isinstance(text, str) for text in texts):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, IdentifierError, KeyStoreError):
        raise KeyStoreError(
            "this is not a map of pseudonyms, or it is damaged", remedy="Ask for it to be sent again."
        ) from None
    body = open_sealed(private, sealed, info=_info(domain, present))
    return dict(json.loads(zlib.decompress(body)))


def _info(domain: Domain, present: int) -> bytes:
    parts = (domain.member, str(domain.epoch), str(present), domain.recipient, domain.purpose, domain.kind)
    return length_prefixed("epoch-map/v1", *parts)
