"""The witness: protocol, state, server and client (C2SP tlog-witness)."""
