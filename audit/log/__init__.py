"""The log over a small storage protocol: append, prove, verify, excerpt."""
