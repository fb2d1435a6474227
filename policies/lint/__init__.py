"""What a policy probably does not mean, and whether its test questions come out as expected."""
