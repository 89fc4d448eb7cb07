"""Model selection: folds, races, and the choice."""
