"""The messages between hub and members, strict both ways."""
