"""The foundation of every use case of a node: ports, context, log entries, signing keys."""
