"""Networks as plain arrays, without torch: what the user gets."""
