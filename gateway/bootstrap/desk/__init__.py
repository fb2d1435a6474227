"""Work started from the controller's pages: previews, worker processes."""
