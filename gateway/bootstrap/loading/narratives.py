"""Opens the redacted narratives of a node's vault, as each custodian can."""

from anonymisers.identity.key_custody import Custody, Lock, open_redacted, private_keys
from anonymisers.identity.vault_records import Compartment, ContentKey
from anonymisers.redaction.engine.residual_details import without_figures
from gateway.member.errors import ExtractRefusedError
from gateway.member.node.context import Node
from gateway.sources.rows.vault_values import REDACTED


def redacted_narratives(node: Node, custody: Custody, lock: Lock, name: str) -> dict[str, str]:
    """Return case pseudonym -> redacted narrative, with dates, figures and provinces removed too.

    Raises KeyStoreError for a wrong passphrase or key file, ExtractRefusedError when nothing is kept.
    """
    privates = private_keys(custody, Compartment.REDACTED, open_redacted(custody, name, lock))
    with node.store.reading() as view:
        load, sealed = view.vault.load(), view.vault.sealed_key(Compartment.REDACTED)
        if load is None or sealed is None:
            raise ExtractRefusedError(
                "The vault keeps no redacted narratives.",
                remedy="Map a column to redacted_narrative and load again, or leave --narratives out.",
            )
        content = ContentKey.opened(node.member, load, Compartment.REDACTED, sealed, *privates)
        return {
            record.whose.case: without_figures(content.decrypt(record.whose, record.sealed)[REDACTED])
            for record in view.vault.records(Compartment.REDACTED)
        }
