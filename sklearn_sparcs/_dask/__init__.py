"""Samples in the partitions of dask's collections."""
