"""Source data of a member state, read by a mapping and counted into a snapshot."""
