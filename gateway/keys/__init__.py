"""Secret keys and tokens: made, stored in files for the owner only, never shown in messages."""
