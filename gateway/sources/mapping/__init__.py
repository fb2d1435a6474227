"""From a register's columns to the region's words: mapping documents and their first draft."""
