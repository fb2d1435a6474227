"""The certificate and its checker: with the table model, all code behind the guarantee."""
