"""The data model of a source: tables, findings, mapping, words."""
