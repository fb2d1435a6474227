"""Which cells are withheld: primary and secondary suppression, and how the pattern is found."""
