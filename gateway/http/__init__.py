"""HTTP clients of the hub: for a node, and for a person or program."""
