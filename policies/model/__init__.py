"""The values of a policy and the shapes of its document."""
