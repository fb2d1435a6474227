"""The decision: request, rules, obligations, reasons."""
