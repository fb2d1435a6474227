"""What an auditor reads: entries in words, search, alerts, dossiers, reconciliation, exports."""
