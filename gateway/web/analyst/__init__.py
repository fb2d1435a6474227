"""The analyst's desk on the hub: asking, a question on its way, reading the table, one's own questions."""
