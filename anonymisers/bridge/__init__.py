"""Two cubes over the same people that share nothing but a bridge, and the check that holds both together."""
