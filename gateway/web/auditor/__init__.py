"""The auditor's desk, on the hub and on a node alike: what the log says, why, and what proves it."""
