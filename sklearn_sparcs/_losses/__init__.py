"""Losses, penalties, and the samples over which they are summed."""
