"""A composed report as a document for a word processor or for print. The libraries are an extra, `report`."""
