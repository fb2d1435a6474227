"""The register as the node counts it: snapshots, population, consent."""
