"""Shared parts of commands: options, access, files, progress."""
