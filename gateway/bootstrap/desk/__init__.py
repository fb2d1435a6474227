"""What the controller's pages start: previews, worker processes."""
