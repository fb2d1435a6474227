"""Opening a hub or a node: folders, keys, clocks, joining, restoring."""
