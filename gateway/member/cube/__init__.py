"""The certified cube of a node, and the reading of questions from the cube."""
