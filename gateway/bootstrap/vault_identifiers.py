"""Identifiers of people from a node's vault, as two of its custodians open it together."""

from collections.abc import Mapping

from anonymisers.custody import Custody, Lock, open_identity, open_share, private_keys
from anonymisers.vault import Compartment, ContentKey
from gateway.member.context import Node
from gateway.wire.counting import CountError

FIELDS: Mapping[str, str] = {
    "national-id": "national_id",
    "case": "case_id",
    "phone": "phone",
}
"""Kinds of identifiers that stand for a person in a run, and the field of the vault that has them."""


def vault_identifiers(node: Node, custody: Custody, locks: Mapping[str, Lock], kind: str) -> list[str]:
    """The identifiers of a kind of everybody in the vault; people without one are left out.

    Raises KeyStoreError for a custodian's wrong lock, CountError where nothing of the kind is kept.
    """
    if kind not in FIELDS:
        raise CountError(
            f"The vault keeps no identifiers of the kind {kind!r}.",
            remedy=f"It can keep: {', '.join(FIELDS)}. Give others in a table, with --table.",
        )
    one, other = (open_share(custody, name, lock) for name, lock in locks.items())
    privates = private_keys(custody, Compartment.IDENTITY, open_identity(custody, one, other))
    with node.store.reading() as view:
        load, sealed = view.vault.load(), view.vault.sealed_key(Compartment.IDENTITY)
        if load is None or sealed is None:
            raise CountError(
                "The vault keeps nobody's identifiers.",
                remedy=f"Map a column to {FIELDS[kind]} with `keep: vault` and load the register again.",
            )
        content = ContentKey.opened(node.member, load, Compartment.IDENTITY, sealed, *privates)
        records = (content.decrypt(r.whose, r.sealed) for r in view.vault.records(Compartment.IDENTITY))
        return [record[FIELDS[kind]] for record in records if record.get(FIELDS[kind], "").strip()]
