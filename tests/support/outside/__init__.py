"""Readers of what comes from outside, each with valid inputs that a fuzzer changes."""
