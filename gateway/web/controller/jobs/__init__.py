"""Long work started from a page: previews, suggestions, checks."""
