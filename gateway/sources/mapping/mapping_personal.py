"""Validates the columns of a mapping that a vault keeps, or that serve only to redact narratives."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.sources.rows.vault_values import NARRATIVE, REDACTED
from policies.model.errors import Fault, quoted


def check_personal(values: Mapping[str, Any], position_of: Callable[[str], Any], faults: list[Fault]) -> None:
    """Add the faults of one table to `faults`. `position_of`: the position of a key of the table."""
    vault, known = values.get("vault", {}), values.get("known", {})
    for key in ("vault", "known"):
        if values.get("several") == "yes" and key in values:
            msg = "a table with 'several: yes' has no one row for a casualty: leave these columns out"
            faults.append(position_of(key).fault(msg))
    for heading in sorted(set(vault) & set(known)):
        faults.append(position_of("known").fault(f"{quoted(heading)} is in the vault, and so known already"))
    if vault or known:
        check_fields([*vault.values(), *known.values()], position_of("vault"), faults)


def check_fields(fields: Sequence[str], position: Any, faults: list[Fault]) -> None:
    """Add a fault for each field with several sources, and for a narrative kept in two ways."""
    for field in sorted({f for f in fields if fields.count(f) > 1}):
        faults.append(position.fault(f"the field {field} is filled twice"))
    if NARRATIVE in fields and REDACTED in fields:
        faults.append(position.fault(f"{NARRATIVE} and {REDACTED}: keep a narrative one way"))
