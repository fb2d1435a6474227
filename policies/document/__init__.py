"""The policy as a document: reading, assembling, composing, canonical text, schema."""
