"""Loading a register into a node, and its vault."""
