"""The analyst's desk on the hub: asking, the progress of a question, the table, the own questions."""
