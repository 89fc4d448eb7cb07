"""Growth while an optimiser trains: surveys of sleeping neurons between its steps."""
