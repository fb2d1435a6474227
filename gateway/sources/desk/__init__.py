"""The mapping desk: a draft as a person looks it over, and what the person says of it."""
