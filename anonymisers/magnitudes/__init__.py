"""Tables of amounts, such as costs: who contributes to a cell, and how to hide what gives somebody away."""
