"""The certificate and its checker: all that an auditor of the guarantee has to trust, with `tables`."""
