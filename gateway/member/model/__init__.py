"""The values that a node keeps."""
