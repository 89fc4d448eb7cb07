"""Training problems: a user's data, in the units a network is trained in."""
