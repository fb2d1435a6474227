"""Commands of the region: demo, hub, ask, accounts, backup."""
