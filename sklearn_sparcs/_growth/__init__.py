"""Which neurons live."""
