"""The solver of linear programs, set up in one place for the search and the attacker."""
