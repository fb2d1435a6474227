"""Recognisers of names, addresses and numbers in the region's languages and scripts."""
