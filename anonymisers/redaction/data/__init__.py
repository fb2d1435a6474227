"""The data of the recognisers: language profiles, the allow-list, provinces, sounds."""
