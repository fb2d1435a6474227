"""Speaking HTTP: the node's way to the hub, and a person's or program's."""
