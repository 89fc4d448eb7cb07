"""The stages of estimators for samples in several places."""
