"""Long-running processes: the servers and their loops."""
