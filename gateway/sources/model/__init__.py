"""The values of a source: tables, findings, mapping, words."""
