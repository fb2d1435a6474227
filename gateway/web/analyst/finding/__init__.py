"""Finding questions, tables, words and places by what somebody types, in any language of the pages."""
