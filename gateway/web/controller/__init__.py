"""The data controller's desk on a member node: leave, what is seen and by whom, policies, loads, health."""
