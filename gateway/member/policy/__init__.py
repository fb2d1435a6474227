"""The policy in force: publishing, adopting, budgets, plans of the cube."""
