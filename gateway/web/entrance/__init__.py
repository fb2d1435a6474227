"""Pages before and about a session: directory, invitation, account."""
