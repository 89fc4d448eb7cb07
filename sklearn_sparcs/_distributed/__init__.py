"""Samples in the processes of torch.distributed."""
