"""The redactor: recognisers and record values combined, with Presidio behind one module."""
