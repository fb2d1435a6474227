"""Pages for people: rendered here, without scripts; the desks of each duty stand on the same base."""
