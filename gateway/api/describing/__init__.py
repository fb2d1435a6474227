"""What the OpenAPI description says of every operation: refusals, names, examples, and what is deprecated."""
