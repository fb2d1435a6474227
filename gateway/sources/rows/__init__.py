"""From rows to counted people."""
