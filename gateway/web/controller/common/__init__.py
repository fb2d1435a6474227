"""What the controller's pages share."""
