"""From raw arrays to scaled tensors."""
