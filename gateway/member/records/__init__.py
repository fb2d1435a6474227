"""Single records that leave a node: extracts, re-identification, custodians."""
