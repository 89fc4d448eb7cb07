"""Second-order growth: which neurons are live, along falling alphas."""
