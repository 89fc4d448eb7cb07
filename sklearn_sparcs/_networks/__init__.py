"""Networks as torch modules, in spectral and in direct space."""
