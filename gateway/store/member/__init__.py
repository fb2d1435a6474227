"""Tables and adapters of a node."""
