"""From rows of a source to counted people."""
