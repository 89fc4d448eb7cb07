"""The device that a name stands for."""

import torch


def resolve_device(device: str) -> torch.device:
    """The torch device called ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"auto"``.

    Raises
    ------
    ValueError
        If CUDA is asked for and absent, or there is no such device.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is no device; use 'cpu', 'cuda', 'cuda:1' … or 'auto'."
        ) from error
    if chosen.type == "cuda" and (chosen.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"device={device!r} was asked for, but torch sees "
            f"{torch.cuda.device_count()} CUDA devices; use device='cpu' or 'auto'."
        )
    return chosen
