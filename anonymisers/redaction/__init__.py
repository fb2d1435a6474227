"""Free text without persons: what a narrative says stays, who it is about goes."""
