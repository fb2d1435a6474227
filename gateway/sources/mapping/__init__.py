"""From a register's columns to the regional dictionary: mapping documents and first drafts of mappings."""
