"""Second-order optimisation of small networks, and what its matrix tells."""
