"""Where the controller's desk begins."""
