"""The HTTP API: of the hub for analysts, auditors and members; of a node for its own state."""
