"""Edits of a policy's text that keep everything else as it stands."""
