"""The certified cube of a node, and what is read off it."""
