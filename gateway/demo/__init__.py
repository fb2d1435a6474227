"""Makes and runs the demo region."""
