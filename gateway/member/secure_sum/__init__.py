"""A node's part in a regional sum under masks."""
