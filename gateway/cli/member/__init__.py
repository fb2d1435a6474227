"""Commands of a member node."""
