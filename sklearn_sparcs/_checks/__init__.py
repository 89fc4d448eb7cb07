"""Bad data: what is refused, and what is warned of."""
