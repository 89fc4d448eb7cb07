"""Training in epochs: hand-written gradients, Adam, skorch."""
