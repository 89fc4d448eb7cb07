"""Fitted networks in other languages, by what they show in public."""
