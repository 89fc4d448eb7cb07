"""Linear models under a ridge, at which training starts."""
