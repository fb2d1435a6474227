"""Accounts: people, their duties, how people sign in, and the tokens of their programs."""
