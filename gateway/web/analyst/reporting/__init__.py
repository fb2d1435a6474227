"""The pages of reports, and their files."""
