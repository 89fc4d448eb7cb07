"""Arrays of NumPy and torch, devices, threads, random numbers and rounding."""
