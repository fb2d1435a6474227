"""Regional sums under pairwise masks: which may be published, and the masks themselves."""
