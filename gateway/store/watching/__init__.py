"""Tables and adapters of what both sides have seen of logs."""
