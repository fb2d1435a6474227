"""The common parts of the controller's pages."""
