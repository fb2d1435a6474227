"""The gateway: hub, member nodes, pages and commands; it joins policies, anonymisers and audit."""

__version__ = "0.1.0"
