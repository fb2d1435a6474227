"""The auditor's command line, `python -m audit`."""
