"""What a fitted estimator answers: predictions, their spread, summaries, files."""
