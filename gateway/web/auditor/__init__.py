"""The auditor's desk, on the hub and on a node alike: the log's entries, their reasons, and their proofs."""
