"""Ways to propose Markov moves for the search; nothing that a strategy returns is trusted."""
