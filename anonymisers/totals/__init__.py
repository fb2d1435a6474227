"""Which regional totals of withheld cells may be published: decided before any of them is known."""
