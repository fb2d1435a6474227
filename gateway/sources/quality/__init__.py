"""How good a register is: consistency, contradictions, the report."""
