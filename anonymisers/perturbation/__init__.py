"""Mechanisms that perturb counts instead of withholding cells; each is chosen once for a whole data set."""
