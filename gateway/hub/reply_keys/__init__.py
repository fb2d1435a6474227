"""The keys that sign what the hub replies to members, and how a change of them is announced."""
