"""The exact differences between two versions of a policy."""
