"""What every use case of a node stands on: ports, context, log entries, signing keys."""
