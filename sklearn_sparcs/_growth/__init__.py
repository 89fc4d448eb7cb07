"""Growth: which neurons are live."""
