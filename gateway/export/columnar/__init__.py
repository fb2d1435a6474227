"""Releases column by column, as engines read them: Parquet and Arrow."""
