"""scikit-learn's side of it."""
