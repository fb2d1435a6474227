"""The page where an analyst's desk begins: the region's year, what needs attention, what can be asked."""
