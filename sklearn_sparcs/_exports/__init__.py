"""Export of fitted estimators to other languages and formats."""
