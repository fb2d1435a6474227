"""The regional data dictionary: dimensions, levels, codes, places, purposes."""
