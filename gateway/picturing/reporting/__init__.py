"""Parts of a release for a report: one year, the years before, without some members, with marked changes."""
