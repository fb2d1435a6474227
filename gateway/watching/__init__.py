"""Monitoring: hub and member witness, copy and compare each other's log, keep evidence, raise alerts."""
