"""Losses, penalties, gradients and optimisers."""
