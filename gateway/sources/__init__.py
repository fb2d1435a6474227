"""National data as they come, read by a mapping and counted into a snapshot."""
