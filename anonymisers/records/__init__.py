"""Single records: generalisation, linkage, fingerprints, re-identification risk, sealed extracts."""
