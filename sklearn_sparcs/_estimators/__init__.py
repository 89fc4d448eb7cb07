"""The estimators in scikit-learn's sense."""
