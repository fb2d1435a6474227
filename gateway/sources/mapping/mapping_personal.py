"""What a mapping may say of the columns that a vault keeps, or that only narratives are redacted of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.sources.rows.vault_values import NARRATIVE, REDACTED
from policies.model.errors import Fault, quoted


def check_personal(values: Mapping[str, Any], position_of: Callable[[str], Any], faults: list[Fault]) -> None:
    """The faults of one table. `position_of`: where a key of it stands."""
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
    """A field of the vault has one source, in whichever table that stands."""
    for field in sorted({f for f in fields if fields.count(f) > 1}):
        faults.append(position.fault(f"the field {field} is filled twice"))
    if NARRATIVE in fields and REDACTED in fields:
        faults.append(position.fault(f"{NARRATIVE} and {REDACTED}: keep a narrative one way"))
