"""The table model: hierarchies, lattices, counts, rules, and strict readers of the files of tables."""
