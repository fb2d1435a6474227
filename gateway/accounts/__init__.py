"""Who may enter, and to do what: people, their duties, how they sign in, and the tokens of their programs."""
