"""scikit-learn's own tests, run against our estimators: `make peers`."""
