"""Mechanisms that change counts instead of withholding them; each is chosen once for a whole data set."""
