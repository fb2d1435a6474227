"""Edits of a policy's text that leave everything else in the text unchanged."""
