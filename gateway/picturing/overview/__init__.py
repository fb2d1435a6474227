"""A release read for an overview: the numbers of its newest year, and parts of it that are drawn apart."""
