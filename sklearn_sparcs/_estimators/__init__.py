"""The estimators: parameters, stages of ``fit``, fitted attributes."""
