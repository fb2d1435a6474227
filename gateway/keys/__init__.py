"""Secret keys and tokens: made, kept in files that only their owner reads, never shown in messages."""
