"""What a table says of itself beside its numbers: units, noise, and the share of rows that count."""
