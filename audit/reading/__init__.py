"""The auditor's reading of a log: entries in words, search, alerts, dossiers, reconciliation, exports."""
