"""Reports that people compose from their released tables, kept from year to year."""
