"""Tables and adapters of a hub."""
