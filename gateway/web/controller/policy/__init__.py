"""The pages about the policy."""
