"""Pseudonyms, key epochs and the vault that two custodians open together."""
