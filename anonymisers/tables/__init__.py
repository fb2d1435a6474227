"""The table model: hierarchies, lattices, counts, statuses, rules and the strict readers of their files."""
