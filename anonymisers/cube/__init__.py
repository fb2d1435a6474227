"""The certified cube, the only value of this package that may leave a node, and its reading."""
