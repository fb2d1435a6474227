"""Reading a log with its openings at hand, on the side that keeps it; every reading is itself an entry."""
