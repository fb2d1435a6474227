"""`python -m gateway.cli` is the command `safelane`."""

from gateway.cli import main

main(prog_name="safelane")
