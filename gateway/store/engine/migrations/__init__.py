"""Migrations of the hub's and of a node's database, forward only, each side with a history of its own."""
