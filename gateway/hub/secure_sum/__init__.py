"""The hub's part in a regional sum under masks."""
