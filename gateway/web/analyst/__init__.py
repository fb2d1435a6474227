"""The analyst's desk on the hub: asking, the progress of a question, the released table, the own
questions.
"""
