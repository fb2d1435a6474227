"""How hub and member keep each other's log honest: witness, copy, compare, keep evidence, raise alerts."""
