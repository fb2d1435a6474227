"""The redactor: recognisers and record values joined, with presidio behind one module."""
