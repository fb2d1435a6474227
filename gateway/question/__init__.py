"""What an analyst asks: measure, by, where, purpose; valid by construction."""
