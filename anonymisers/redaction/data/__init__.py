"""What the recognisers know, as data: language profiles, the allow-list, provinces, sounds."""
