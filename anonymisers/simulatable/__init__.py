"""Protection that reads no withheld count.

The term is that of Kenthapadi, Mishra and Nissim (2005): what an auditor decides can be simulated by whoever
knows what was shown.
"""
