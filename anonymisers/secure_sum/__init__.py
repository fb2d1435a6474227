"""Secure sums by pairwise masking: the sums that may be published, and the masks."""
