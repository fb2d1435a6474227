"""Renewal of lost means: two operators together let a person in again."""
