"""The operator's desk on the hub: whether the service runs as it should, and who is let in."""
