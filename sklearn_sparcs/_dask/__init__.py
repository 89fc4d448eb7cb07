"""Samples in the partitions of dask collections."""
